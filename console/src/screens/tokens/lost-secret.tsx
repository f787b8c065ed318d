/** Says what to do when the page was reloaded while a secret was shown. */
import { useState, type ReactElement } from 'react';
import { Link } from 'react-router';
import { BASE_PATH } from '../../api/place.ts';
import { Button } from '../../parts/button.tsx';
import { Message } from '../../parts/message.tsx';
import { forgetShown, shownBefore } from './shown-secret.ts';

/** Read once, when the page is loaded: later ones are of this page itself. */
const lost = shownBefore();

// A reload while a secret was shown does not offer to create another one. The router has not read the address yet.
if (lost && window.location.pathname.endsWith('/tokens/new')) {
  window.history.replaceState(null, '', `${BASE_PATH}/tokens`);
}

export function LostSecret(): ReactElement | null {
  const [isShown, setShown] = useState(lost !== undefined);
  if (!lost || !isShown) return null;
  return (
    <Message tone="warn" isAlert>
      <span>
        The secret of <Link to={`/tokens/${encodeURIComponent(lost.id)}`}>“{lost.name}”</Link> is not shown again. If
        you did not save it, rotate the token to get a new one.
      </span>
      <Button
        onPress={() => {
          forgetShown();
          setShown(false);
        }}
      >
        I have it
      </Button>
    </Message>
  );
}
