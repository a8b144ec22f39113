// From single runs to the table: medians, how far they scatter, ratios, and whether a goal is met.
import os from "node:os";

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Half the distance between the extremes, in percent of the median. */
export function scatter(values) {
  const middle = median(values);
  return middle === 0 ? 0 : ((Math.max(...values) - Math.min(...values)) / 2 / middle) * 100;
}

/**
 * The median of the ratios within each round: neighbours in time share the machine's state, so that its drift
 * from round to round cancels out.
 */
export function ratio(above, below) {
  return median(above.map((value, round) => value / below[round]));
}

function significant(value) {
  if (value >= 1000) return value.toFixed(0);
  return value >= 100 ? value.toFixed(1) : value.toFixed(value >= 10 ? 1 : 2);
}

function figureOf(results, name, server, field) {
  return results.filter((line) => line.name === name && line.server === server).map((line) => line[field]);
}

function cell(values) {
  if (values.length === 0) return "–";
  return significant(median(values)) + (values.length > 1 ? ` ±${scatter(values).toFixed(0)} %` : "");
}

function judged(value, aim) {
  if (value === null) return "–";
  if (aim === undefined) return value.toFixed(3);
  return `${value.toFixed(3)} (aim ${aim}: ${value <= aim ? "met" : "**missed**"})`;
}

/** `peers` are the servers that the one called parley is compared with, as far as they took part. */
export function table(cases, names, servers, peers, results) {
  const compared = peers.filter((peer) => servers.includes(peer));
  const head = ["case", "figure", ...servers, ...compared.map((peer) => `parley / ${peer}`)];
  const rows = [head, head.map((_, column) => (column < 2 ? "---" : "---:"))];
  for (const name of names) {
    const { title, figures } = cases[name];
    for (const { field, unit, aims = {} } of figures) {
      const values = Object.fromEntries(servers.map((server) => [server, figureOf(results, name, server, field)]));
      const ratios = compared.map((peer) =>
        judged(values[peer].length > 0 ? ratio(values.parley, values[peer]) : null, aims[peer]),
      );
      const cells = servers.map((server) => cell(values[server]));
      if (aims.absolute !== undefined && values.parley) {
        const met = median(values.parley) <= aims.absolute;
        cells[servers.indexOf("parley")] += ` (aim ${aims.absolute}: ${met ? "met" : "**missed**"})`;
      }
      rows.push([title, unit, ...cells, ...ratios]);
    }
  }
  return rows.map((row) => `| ${row.join(" | ")} |`).join("\n");
}

export function environment({ rounds, seconds, loadBefore }) {
  return [
    `${os.cpus().length} × ${os.cpus()[0].model.trim()}, ${os.type()} ${os.release()}, Node ${process.versions.node};`,
    `medians of ${rounds} rounds of ${seconds} s, ± half the distance between the extremes; ratios are medians`,
    `of the ratios within a round. Load average before: ${loadBefore.toFixed(2)}.\n`,
  ].join("\n");
}
