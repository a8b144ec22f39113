// Makes a C++ source of a folder of web pages: node embed_pages.mjs <folder> <where to put it>
//
// Each file becomes a part of the program as it is and, where that makes it clearly smaller, packed with gzip and brotli,
// so that the server packs nothing while it serves.

import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const [folder, made] = process.argv.slice(2).map((each) => path.resolve(each));
rmSync(made, { recursive: true, force: true });
mkdirSync(made, { recursive: true });

function filesBelow(name) {
  return readdirSync(path.join(folder, name), { withFileTypes: true })
    .filter((entry) => !entry.name.startsWith("."))
    .flatMap((entry) => {
      const inside = path.posix.join(name, entry.name);
      return entry.isDirectory() ? filesBelow(inside) : [inside];
    })
    .sort();
}

const packers = {
  gzip: (bytes) => gzipSync(bytes, { level: 9 }),
  brotli: (bytes) =>
    brotliCompressSync(bytes, {
      params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
    }),
};

const symbols = [];
/** Puts bytes into the program; gives the words that view them. */
function embedded(file, bytes) {
  const symbol = `parley_web_${symbols.length}`;
  symbols.push({ symbol, file });
  return `std::string_view(${symbol}, ${bytes})`;
}

const rows = filesBelow("/").map((name, at) => {
  const bytes = readFileSync(path.join(folder, name));
  const row = [`.path = ${JSON.stringify(name)}`, `.bytes = ${embedded(path.join(folder, name), bytes.length)}`];
  for (const [way, pack] of Object.entries(packers)) {
    const packed = pack(bytes);
    if (packed.length > bytes.length * 0.95) continue;
    const file = path.join(made, `${at}.${way}`);
    writeFileSync(file, packed);
    row.push(`.${way} = ${embedded(file, packed.length)}`);
  }
  return `      {${row.join(", ")}},`;
});

const directives = symbols.map(({ symbol, file }) => `.globl ${symbol}\n.hidden ${symbol}\n${symbol}:\n.incbin ${JSON.stringify(file)}`);
const declared = symbols.map(({ symbol }) => `extern char const ${symbol}[];`);
writeFileSync(
  path.join(made, "web_files.cpp"),
  `#include "chat/app/web_files.h"

asm(R"parley(
.pushsection .rodata
${directives.join("\n")}
.popsection
)parley");

extern "C" {
${declared.join("\n")}
}

namespace parley::chat {

WebFiles built_in_web_files() {
  return {{
${rows.join("\n")}
  }};
}

}  // namespace parley::chat
`
);
