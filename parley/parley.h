#pragma once

/// Everything that an application of the library needs, under one short namespace.

#include "parley/base/json.h"
#include "parley/base/json_codec.h"
#include "parley/base/log.h"
#include "parley/base/task.h"
#include "parley/server/server.h"

namespace parley {

using base::Bytes;
using base::BytesView;
using base::fail;
using base::field;
using base::fields;
using base::Json;
using base::JsonKind;
using base::JsonView;
using base::log_debug;
using base::log_error;
using base::log_info;
using base::log_warning;
using base::RawJson;
using base::Result;
using base::RoomName;
using base::SharedBytes;
using base::SocketId;
using base::Task;
using base::WorkerId;

using engineio::CloseReason;
using engineio::to_string;
using engineio::TransportKind;

using http::BodySource;
using http::Method;
using http::Response;

using socketio::Ack;
using socketio::AckError;
using socketio::Answer;
using socketio::Arg;
using socketio::Args;
using socketio::BroadcastAnswers;
using socketio::BroadcastOperator;
using socketio::ConnectError;
using socketio::connection;
using socketio::disconnect;
using socketio::disconnecting;
using socketio::EmitFlags;
using socketio::Event;
using socketio::Handshake;
using socketio::JsonArgs;
using socketio::PendingEvent;
using socketio::refused;
using socketio::RemoteSocket;
using socketio::Socket;
using socketio::Verdict;

using server::Cors;
using server::EngineRefusal;
using server::EngineSocket;
using server::HttpRequest;
using server::HttpRoutes;
using server::NamespaceHandle;
using server::ParentNamespace;
using server::RequestBody;
using server::Server;
using server::ServerConfig;

}  // namespace parley
