/** What went wrong with a call, in the words of the server where it answered. */

export interface FieldProblem {
  readonly pointer?: string;
  readonly parameter?: string;
  readonly detail: string;
}

interface ProblemBody {
  readonly type?: string;
  readonly title?: string;
  readonly detail?: string;
  readonly request_id?: string;
  readonly errors?: readonly FieldProblem[];
  readonly retry_after?: number;
}

export class Problem extends Error {
  readonly errors: readonly FieldProblem[];
  readonly requestId: string | undefined;
  /** The last part of the type, such as `not-found`. */
  readonly type: string;

  /** @param status - of the answer; 0 where there was none */
  constructor(
    readonly status: number,
    body: ProblemBody = {},
    readonly retryAfterSeconds?: number,
  ) {
    super(body.detail ?? body.title ?? messageFor(status));
    this.errors = body.errors ?? [];
    this.requestId = body.request_id;
    this.type = body.type?.split('#').at(-1) ?? '';
  }

  /** The server did not answer, or cannot serve for some time: trying again helps. */
  get isPassing(): boolean {
    return this.status === 0 || this.status === 502 || this.status === 503 || this.status === 504;
  }

  /** What is wrong with one field of the body, by its name. */
  fieldProblem(name: string): string | undefined {
    return this.errors.find(({ pointer }) => pointer === `#/${name}`)?.detail;
  }
}

/** @throws never */
export async function problemOf(response: Response): Promise<Problem> {
  const seconds = Number(response.headers.get('Retry-After'));
  const after = Number.isFinite(seconds) && seconds > 0 ? seconds : undefined;
  const body = await response.json().then(
    (value: unknown) => (typeof value === 'object' && value !== null ? (value as ProblemBody) : {}),
    () => ({}),
  );
  return new Problem(response.status, body, after);
}

function messageFor(status: number): string {
  if (status === 0) return 'The server did not answer.';
  if (status === 503) return 'The server cannot reach its database.';
  return `The server answered with status ${String(status)}.`;
}

/** For people, whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
