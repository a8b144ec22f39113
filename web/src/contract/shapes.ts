/** Whether a value that came over the wire has the form it should have. */
export type Guard = (value: unknown) => boolean;

export const text: Guard = (value) => typeof value === "string";
export const writtenText: Guard = (value) => typeof value === "string" && /\S/.test(value) && value.length <= 1000;
export const number: Guard = (value) => typeof value === "number";
export const amount: Guard = (value) => typeof value === "number" && value >= 0;
export const flag: Guard = (value) => typeof value === "boolean";
export const nothing: Guard = (value) => value === null;
export const anyObject: Guard = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
/** What may become a link or a player; never a script. */
export const address: Guard = (value) => typeof value === "string" && /^(\/|https?:\/\/.)/i.test(value);

export const oneOf =
  (...values: readonly unknown[]): Guard =>
  (value) =>
    values.includes(value);

export const either =
  (...guards: readonly Guard[]): Guard =>
  (value) =>
    guards.some((guard) => guard(value));

export const both =
  (...guards: readonly Guard[]): Guard =>
  (value) =>
    guards.every((guard) => guard(value));

export const optional =
  (guard: Guard): Guard =>
  (value) =>
    value === undefined || guard(value);

export const listOf =
  (guard: Guard): Guard =>
  (value) =>
    Array.isArray(value) && value.every(guard);

/** Every field has its form; other keys pass if there is no `rest`, or if they have that form. */
export function object(fields: Readonly<Record<string, Guard>>, rest?: Guard): Guard {
  return (value) => {
    if (!anyObject(value)) return false;
    const record = value as Readonly<Record<string, unknown>>;
    if (!Object.entries(fields).every(([key, guard]) => guard(record[key]))) return false;
    if (!rest) return true;
    return Object.entries(record).every(([key, field]) => key in fields || (!key.startsWith("__") && rest(field)));
  };
}
