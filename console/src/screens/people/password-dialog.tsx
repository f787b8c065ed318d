/** Shows a password that the server has made, this once. */
import { useState, type ReactElement } from 'react';
import { Button } from '../../parts/button.tsx';
import { CopyButton } from '../../parts/copy-button.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { Check } from '../../parts/fields.tsx';
import { Message } from '../../parts/message.tsx';

export function PasswordDialog(props: {
  readonly name: string;
  readonly password: string;
  readonly onClose: () => void;
}): ReactElement {
  const [isSaved, setSaved] = useState(false);
  return (
    <Dialog title={`The password of ${props.name}`} onClose={props.onClose} isLocked>
      <Message tone="warn">
        <span>
          <strong>Copy it now: it is not shown again.</strong> Give it to them in a safe way. They can change it under
          “My tokens”.
        </span>
      </Message>
      <div className="field">
        <label htmlFor="made-password">Password</label>
        <div className="secret">
          <input id="made-password" type="text" className="mono" readOnly autoComplete="off" value={props.password} />
          <CopyButton text={props.password} what="password" tone="main">
            Copy
          </CopyButton>
        </div>
      </div>
      <footer>
        <Check isSelected={isSaved} onChange={setSaved}>
          <span>I have saved it</span>
        </Check>
        <Button tone="main" isDisabled={!isSaved} onPress={props.onClose}>
          Done
        </Button>
      </footer>
    </Dialog>
  );
}
