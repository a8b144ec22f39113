// Certificates made for one test run, by the openssl command.

import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"];

/** A certificate authority of its own, in a directory that `remove` takes away. */
export class Authority {
  static async make() {
    const directory = await mkdtemp(path.join(tmpdir(), "parley-certificates-"));
    const authority = new Authority(directory);
    await run("openssl", [
      ...["req", "-x509", ...newKey, "-subj", "/CN=Test authority"],
      ...["-keyout", authority.file("ca.key"), "-out", authority.file("ca.pem")],
    ]);
    authority.certificate = await readFile(authority.file("ca.pem"), "utf8");
    return authority;
  }

  constructor(directory) {
    this.directory = directory;
  }

  file(name) {
    return path.join(this.directory, name);
  }

  /** Signs a new key for localhost; resolves to the files `{ cert, key }`. `name` is the subject's. */
  async issue(name) {
    const files = { cert: this.file(`${name}.pem`), key: this.file(`${name}.key`) };
    await run("openssl", [
      ...["req", "-x509", "-CA", this.file("ca.pem"), "-CAkey", this.file("ca.key"), ...newKey],
      ...["-subj", `/CN=${name}`, "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"],
      ...["-addext", "basicConstraints=critical,CA:FALSE", "-keyout", files.key, "-out", files.cert],
    ]);
    return files;
  }

  remove() {
    return rm(this.directory, { recursive: true, force: true });
  }
}
