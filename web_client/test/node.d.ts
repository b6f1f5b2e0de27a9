/** What the tests use of Node, so that they are checked without a package of types. */
declare module "node:test" {
  export function test(name: string, run: () => void | Promise<void>): Promise<void>;
  export function afterEach(run: () => void): void;
}
declare module "node:assert/strict" {
  interface Assert {
    (value: unknown, message?: string): asserts value;
    ok(value: unknown, message?: string): asserts value;
    equal<T>(actual: unknown, expected: T, message?: string): asserts actual is T;
    notEqual(actual: unknown, expected: unknown, message?: string): void;
    deepEqual<T>(actual: unknown, expected: T, message?: string): asserts actual is T;
    doesNotMatch(actual: string, expected: RegExp, message?: string): void;
    match(actual: string, expected: RegExp, message?: string): void;
  }
  const assert: Assert;
  export default assert;
}
declare module "node:fs" {
  export function readFileSync(path: URL | string, encoding: "utf8"): string;
  export function readdirSync(path: URL | string): string[];
}
/** Microseconds of the processor's time, since `since` where that is given. */
interface CpuUsage {
  readonly user: number;
  readonly system: number;
}
declare const process: {
  readonly env: Readonly<Record<string, string | undefined>>;
  cpuUsage(since?: CpuUsage): CpuUsage;
};
interface ImportMeta {
  readonly url: string;
}
