/** What a command answers: a value, or why not. */
export type Result<T> = { ok: true; value: T } | { ok: false; error: Failure };

/**
 * A refusal or a fault, as plain data, so that it crosses from the worker to the tab.
 * `code` is Matrix's errcode, or one of ours: `offline`, `timeout`, `locked`, `cancelled`, `bug`.
 */
export interface Failure {
  code: string;
  message: string;
  status?: number;
  retryAfterMs?: number;
  /** Further fields of the server's error, such as `org.depesha.rule`. */
  fields?: Record<string, unknown>;
}

/** Thrown inside the engine; `attempt` turns it into a `Result` at its border. */
export class FailureError extends Error {
  constructor(readonly failure: Failure) {
    super(`${failure.code}: ${failure.message}`);
  }
}

/** The result of `action`; what it throws becomes a failure, never an exception. */
export async function attempt<T>(action: () => Promise<T> | T): Promise<Result<T>> {
  try {
    return { ok: true, value: await action() };
  } catch (error) {
    if (error instanceof FailureError) return { ok: false, error: error.failure };
    const message = error instanceof Error ? error.message : String(error);
    return { ok: false, error: { code: "bug", message } };
  }
}
