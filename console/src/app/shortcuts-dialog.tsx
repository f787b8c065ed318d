/** Lists the keys. */
import type { ReactElement } from 'react';
import { Button } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { isServerAdministrator, useMe } from './me.ts';
import { shortcutsFor } from './shortcuts.ts';

export function ShortcutsDialog({ onClose }: { readonly onClose: () => void }): ReactElement {
  const keyed = shortcutsFor(isServerAdministrator(useMe()));
  return (
    <Dialog title="Keyboard shortcuts" onClose={onClose}>
      <dl className="facts">
        {keyed.map(([keys, text]) => (
          <div key={keys} className="row">
            <dt>
              {keys.split(' ').map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
      <p className="soft">Everything can be reached by Tab as well. Escape closes dialogs.</p>
      <footer>
        <Button tone="main" onPress={onClose}>
          Close
        </Button>
      </footer>
    </Dialog>
  );
}
