/** The signed-in user, for everything that is only shown to some. What is allowed is decided by the server. */
import { createContext, useContext } from 'react';
import type { Me } from '../api/types.ts';

const MeContext = createContext<Me | undefined>(undefined);

export const MeProvider = MeContext.Provider;

export function useMe(): Me {
  const me = useContext(MeContext);
  if (!me) throw new Error('nobody is signed in');
  return me;
}

export function isServerAdministrator({ user }: Me): boolean {
  return user.role === 'administrator';
}
