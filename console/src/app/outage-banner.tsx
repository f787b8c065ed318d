/** Says that the server cannot be reached, and when it is asked again. */
import { useEffect, useState, useSyncExternalStore, type ReactElement } from 'react';
import { askAgain, outage } from '../live/connection.ts';
import { Button } from '../parts/button.tsx';

const TEXTS = {
  unavailable: 'The database is away. What you see may be outdated, and changes are not possible.',
  lost: 'There is no connection to the server. What you see may be outdated.',
};

export function OutageBanner(): ReactElement | null {
  const current = useSyncExternalStore(outage.subscribe, outage.get);
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (!current) return undefined;
    const timer = setInterval(() => {
      setNow(Date.now());
    }, 500);
    return () => {
      clearInterval(timer);
    };
  }, [current]);
  if (!current) return null;
  const seconds = Math.max(0, Math.ceil((current.retryAt - Math.max(now, current.at)) / 1000));
  return (
    <div className="message banner" data-tone="warn">
      <span>
        <strong role="status">{TEXTS[current.kind]}</strong>{' '}
        <span aria-hidden="true">{seconds > 0 ? `Trying again in ${String(seconds)} s.` : 'Trying again …'}</span>
      </span>
      <Button onPress={askAgain}>Try now</Button>
    </div>
  );
}
