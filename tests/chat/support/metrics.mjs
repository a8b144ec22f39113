// What GET /metrics tells, as numbers.

import assert from "node:assert/strict";

/** Parses the Prometheus text format: `{ types: Map(name → type), samples: [{ name, labels, value }] }`. */
export function parseMetrics(text) {
  const types = new Map();
  const samples = [];
  for (const line of text.split("\n")) {
    if (!line || line.startsWith("# HELP ")) continue;
    const [, typed, type] = /^# TYPE (\S+) (\S+)$/.exec(line) ?? [];
    if (typed) {
      assert.ok(!types.has(typed), `two families are called ${typed}`);
      types.set(typed, type);
      continue;
    }
    const [, name, list = "", value] = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
    assert.ok(name, `no sample: ${line}`);
    const labels = Object.fromEntries(
      [...list.matchAll(/([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g)].map(([, key, text]) => [key, text])
    );
    samples.push({ name, labels, value: Number(value.replace("Inf", "Infinity")) });
  }
  return { types, samples };
}

export class Metrics {
  constructor(text) {
    Object.assign(this, parseMetrics(text));
  }

  /** The sum of all samples of that name which have these labels. */
  sum(name, labels = {}) {
    const wanted = Object.entries(labels);
    return this.samples
      .filter((each) => each.name === name && wanted.every(([key, value]) => each.labels[key] === value))
      .reduce((sum, { value }) => sum + value, 0);
  }
}

export async function scrape(server) {
  const answer = await server.request("GET", "/metrics");
  assert.equal(answer.status, 200);
  assert.equal(answer.headers["content-type"], "text/plain; version=0.0.4; charset=utf-8");
  return new Metrics(answer.text);
}
