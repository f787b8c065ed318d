/** Who is signed in. When the session ends, nothing of what was shown stays. */
import { QueryClient } from '@tanstack/react-query';
import { listenToClient, send, setCsrfToken } from '../api/client.ts';
import { Problem } from '../api/problem.ts';
import type { Me } from '../api/types.ts';
import { probeWith, reportAnswer, reportOutage } from '../live/connection.ts';
import { store } from '../live/store.ts';
import { forgetKept, keepTyped, resumeTyping } from '../parts/kept.ts';
import { forgetSignInError } from './sign-in-error.ts';

export type Session =
  | { readonly status: 'unknown' }
  | { readonly status: 'out'; readonly hasEnded: boolean }
  | { readonly status: 'in'; readonly me: Me };

export const session = store<Session>({ status: 'unknown' });

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      // An outage is waited for in one place, and the other problems do not pass.
      retry: false,
      // Rows would move while somebody is about to click one. The live stream says what changes.
      refetchOnWindowFocus: false,
      refetchOnReconnect: false,
      staleTime: 10_000,
    },
  },
});

/** Whose session it was: what they have typed is given back to nobody else. */
let lastId = '';

/** @param hasEnded - by itself: what was typed is kept, in memory, until somebody signs in */
function leave(hasEnded: boolean): void {
  setCsrfToken(null);
  queryClient.clear();
  keepTyped(hasEnded);
  session.set({ status: 'out', hasEnded });
}

export function enter(me: Me): void {
  const before = session.get();
  // Another tab of this browser may have signed somebody else in.
  if (before.status === 'in' && before.me.user.id !== me.user.id) queryClient.clear();
  if (lastId !== me.user.id) forgetKept();
  lastId = me.user.id;
  setCsrfToken(me.csrf_token);
  forgetSignInError();
  session.set({ status: 'in', me });
  resumeTyping();
}

/** Whoever waits for the server wants to know it soon. */
const LOOK_MS = 8000;

/** Asks who is signed in. @returns whether the server answered */
export async function lookAgain(): Promise<boolean> {
  try {
    enter(await send<Me>({ method: 'GET', path: '/me' }, { withinMs: LOOK_MS }));
    return true;
  } catch (error) {
    if (!(error instanceof Problem)) return false;
    if (error.isPassing) return false;
    if (error.status !== 401) leave(false);
    return true;
  }
}

export async function signOut(): Promise<void> {
  try {
    await send({ method: 'DELETE', path: '/session' });
    leave(false);
  } catch {
    leave(true);
  }
}

/** To be called once, before anything is shown. */
export function startSession(): void {
  listenToClient({
    unauthenticated: () => {
      const { status } = session.get();
      if (status !== 'out') leave(status === 'in');
    },
    passing: reportOutage,
    answered: reportAnswer,
  });
  probeWith(async () => {
    const answered = await lookAgain();
    if (answered) {
      await queryClient.refetchQueries({ predicate: ({ state }) => state.status === 'error' });
    }
    return answered;
  });
  void lookAgain();
}
