import type { HttpAnswer, UploadOptions } from "./rest_client.js";

/** Posts a form and tells how far it is; only XMLHttpRequest knows that, and where there is none, nothing is told. */
export function transfer(
  url: string,
  form: FormData,
  headers: Readonly<Record<string, string>>,
  send: typeof fetch,
  options: UploadOptions
): Promise<HttpAnswer> {
  return typeof XMLHttpRequest === "undefined"
    ? withFetch(url, form, headers, send, options)
    : withRequest(url, form, headers, options);
}

async function withFetch(
  url: string,
  form: FormData,
  headers: Readonly<Record<string, string>>,
  send: typeof fetch,
  { signal }: UploadOptions
): Promise<HttpAnswer> {
  const answer = await send(url, { method: "POST", headers, body: form, ...(signal ? { signal } : {}) });
  const body: unknown = await answer.json().catch(() => null);
  return { status: answer.status, body, retryAfter: answer.headers.get("Retry-After") };
}

function withRequest(
  url: string,
  form: FormData,
  headers: Readonly<Record<string, string>>,
  { signal, onProgress }: UploadOptions
): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(new Error("The upload was cancelled"));
    const request = new XMLHttpRequest();
    request.open("POST", url);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = ({ loaded, total, lengthComputable }) => {
      if (lengthComputable) onProgress?.(loaded / total);
    };
    request.onload = () =>
      resolve({
        status: request.status,
        body: parse(request.responseText),
        retryAfter: request.getResponseHeader("Retry-After"),
      });
    request.onerror = () => reject(new Error("The upload failed"));
    request.onabort = () => reject(new Error("The upload was cancelled"));
    signal?.addEventListener("abort", () => request.abort());
    request.send(form);
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
