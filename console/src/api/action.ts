/** Carries out a call when somebody presses a button, and keeps its answer out of every cache. */
import { useRef, useState } from 'react';
import type { Call } from './call.ts';
import { send } from './client.ts';
import { Problem } from './problem.ts';

export interface Action {
  readonly isPending: boolean;
  readonly problem: Problem | undefined;
  /** @returns the answer, or `undefined` where it failed, which `problem` then says */
  run<T>(call: Call): Promise<{ readonly answer: T } | undefined>;
  reset(): void;
}

/** Random, of 128 bits, also where the page does not come by https. */
function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** A call that is repeated after a failure has the same key, so that nothing is created twice. */
export function useAction(): Action {
  const [state, setState] = useState<{ isPending: boolean; problem?: Problem }>({ isPending: false });
  const sent = useRef({ text: '', key: '' });
  const run = async <T>(call: Call): Promise<{ readonly answer: T } | undefined> => {
    setState({ isPending: true });
    const text = JSON.stringify(call);
    if (sent.current.text !== text) sent.current = { text, key: newKey() };
    try {
      const answer = await send<T>(call, call.method === 'POST' ? { idempotencyKey: sent.current.key } : {});
      sent.current = { text: '', key: '' };
      setState({ isPending: false });
      return { answer };
    } catch (error) {
      const problem = error instanceof Problem ? error : new Problem(0);
      // Another attempt after a refusal is another request.
      if (!problem.isPassing) sent.current = { text: '', key: '' };
      setState({ isPending: false, problem });
      return undefined;
    }
  };
  const reset = (): void => {
    setState({ isPending: false });
  };
  return { isPending: state.isPending, problem: state.problem, run, reset };
}
