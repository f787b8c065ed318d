/** Faults that a test orders: an answer with an error, a delay, or a connection that breaks. */
import { millisecondsOf } from './duration.js';
import { routeMatcher, type RequestLine } from './route-pattern.js';

/** What goes wrong, where, and how often. Give one of `status`, `delay` and `disconnect`, or `delay` with another. */
export interface Fault {
  /** A path with an optional method: `POST /verify`; `:name` and `*` stand for one segment, `**` for all that follows. */
  readonly route: string | RegExp;
  /** The request is answered with this status (400 to 599) in the form of the API that it is for, and does nothing. */
  readonly status?: number | undefined;
  /** Sent with `status`, in seconds. */
  readonly retryAfter?: number | undefined;
  /** The request waits so long first: milliseconds, or text such as `2s`. This is real time. */
  readonly delay?: string | number | undefined;
  /**
   * The connection is closed without an answer: `before` the request does anything, or `after` it was done, so that the
   * client cannot know. `true` is `before`.
   */
  readonly disconnect?: boolean | 'before' | 'after' | undefined;
  /** For how many requests. Default: 1. `Infinity` until the next reset. */
  readonly times?: number | undefined;
}

/** A fault that applies to a request. */
export interface DueFault {
  readonly status: number | undefined;
  readonly retryAfter: number | undefined;
  readonly delayMs: number;
  readonly disconnect: 'before' | 'after' | undefined;
}

interface Ordered extends DueFault {
  readonly matches: (request: RequestLine) => boolean;
  left: number;
}

/** The faults that are still to come. */
export class Faults {
  private ordered: Ordered[] = [];

  /** @returns a function that takes back what is left of it. @throws TypeError for one that can never happen */
  add(fault: Fault): () => void {
    const ordered = checked(fault);
    this.ordered.push(ordered);
    return () => {
      this.ordered = this.ordered.filter((each) => each !== ordered);
    };
  }

  clear(): void {
    this.ordered = [];
  }

  /** The oldest one for this request, which is used up by one. */
  take(request: RequestLine): DueFault | undefined {
    const due = this.ordered.find(({ matches }) => matches(request));
    if (due && (due.left -= 1) <= 0) this.ordered = this.ordered.filter((each) => each !== due);
    return due;
  }
}

function checked({ route, status, retryAfter, delay, disconnect, times = 1 }: Fault): Ordered {
  const refuse = (why: string): never => {
    throw new TypeError(`the fault for ${String(route)} ${why}`);
  };
  if (status === undefined && delay === undefined && !disconnect)
    refuse('says nothing: give status, delay or disconnect');
  if (status !== undefined && disconnect) refuse('has both status and disconnect: give one of them');
  if (status !== undefined && !(Number.isInteger(status) && status >= 400 && status <= 599)) {
    refuse(`has the status ${String(status)}: give a whole number from 400 to 599`);
  }
  if (!(times >= 1)) refuse('has to happen at least once: give `times` a number from 1 up');
  return {
    matches: routeMatcher(route),
    status,
    retryAfter,
    delayMs: delay === undefined ? 0 : millisecondsOf(delay),
    disconnect: disconnect === true ? 'before' : disconnect === false ? undefined : disconnect,
    left: times,
  };
}
