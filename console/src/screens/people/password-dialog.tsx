/** Shows a password that the server has made, this once. */
import { useState, type ReactElement } from 'react';
import { Button } from '../../parts/button.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { Check } from '../../parts/fields.tsx';
import { Message } from '../../parts/message.tsx';
import { SecretField } from '../../parts/secret-field.tsx';

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
      <SecretField name="Password" what="password" value={props.password} />
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
