/** Shows a new secret, this once. It is in no cache, no storage and no address, and gone when the dialog is closed. */
import { useEffect, useState, type ReactElement } from 'react';
import { useBlocker } from 'react-router';
import { VERIFY_URL } from '../../api/place.ts';
import type { IssuedToken } from '../../api/types.ts';
import { Button } from '../../parts/button.tsx';
import { CopyButton } from '../../parts/copy-button.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { Check } from '../../parts/fields.tsx';
import { Message } from '../../parts/message.tsx';
import { exact } from '../../parts/moment.tsx';
import { saveFile } from '../../parts/save-file.ts';
import { SecretField } from '../../parts/secret-field.tsx';
import { forgetShown, rememberShown } from './shown-secret.ts';

interface SecretDialogProps {
  readonly issued: IssuedToken;
  readonly isRotation: boolean;
  readonly onClose: () => void;
}

export function SecretDialog({ issued, isRotation, onClose }: SecretDialogProps): ReactElement {
  const { token, secret, headers } = issued;
  const [isSaved, setSaved] = useState(false);
  const stays = useLeaveGuard(token, isSaved);
  const close = (): void => {
    forgetShown();
    onClose();
  };
  const fields = [
    { name: 'Client id', what: 'client id', value: secret.client_id },
    { name: 'Client secret', what: 'client secret', value: secret.client_secret },
    { name: 'Token', what: 'token', value: secret.token },
  ].flatMap(({ value, ...field }) => (value === undefined ? [] : [{ ...field, value }]));
  return (
    <Dialog
      title={`${isRotation ? 'The new secret' : 'The secret'} of “${token.name}”`}
      onClose={close}
      isLocked
      isWide
    >
      <Message tone="warn">
        <span>
          <strong>Copy it now: it is not shown again.</strong> The server keeps only a hash of it.
        </span>
      </Message>
      {fields.map((field) => (
        <SecretField key={field.name} {...field} />
      ))}
      <div className="row" role="group" aria-label="Copy in other forms">
        <CopyButton text={headerLines(headers)} what="headers">
          Copy as headers
        </CopyButton>
        <CopyButton text={curlOf(headers)} what="command">
          Copy as curl /verify
        </CopyButton>
        <Button
          onPress={() => {
            saveFile(
              new Blob([environmentOf(issued)], { type: 'text/plain' }),
              `${token.name.replaceAll(/[^\w.-]+/g, '-')}.env`,
            );
          }}
        >
          Download .env
        </Button>
      </div>
      {isRotation && token.overlap ? <p>The old secret stays valid until {exact(token.overlap.ends_at)}.</p> : null}
      {stays.isAsking ? (
        <Message tone="bad" isAlert>
          <span>You have not confirmed that you have saved the secret. If you leave now, it is lost.</span>
          <Button onPress={stays.leave}>Leave without it</Button>
        </Message>
      ) : null}
      <footer>
        <Check isSelected={isSaved} onChange={setSaved}>
          <span>I have saved it</span>
        </Check>
        <Button tone="main" isDisabled={!isSaved} onPress={close}>
          Done
        </Button>
      </footer>
    </Dialog>
  );
}

/** Asks before the page is left, by its own links, by the buttons of the browser, and by closing it. */
function useLeaveGuard(
  token: { readonly id: string; readonly name: string },
  isSaved: boolean,
): { readonly isAsking: boolean; readonly leave: () => void } {
  const blocker = useBlocker(!isSaved);
  const { id, name } = token;
  useEffect(() => {
    rememberShown({ id, name });
  }, [id, name]);
  useEffect(() => {
    if (isSaved) return undefined;
    const ask = (event: BeforeUnloadEvent): void => {
      event.preventDefault();
    };
    window.addEventListener('beforeunload', ask);
    return () => {
      window.removeEventListener('beforeunload', ask);
    };
  }, [isSaved]);
  const leave = (): void => {
    forgetShown();
    blocker.proceed?.();
  };
  return { isAsking: blocker.state === 'blocked', leave };
}

function headerLines(headers: Readonly<Record<string, string>>): string {
  return Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n');
}

function curlOf(headers: Readonly<Record<string, string>>): string {
  const lines = Object.entries(headers).map(([name, value]) => `-H '${name}: ${value}'`);
  return ['curl -i', ...lines, `'${VERIFY_URL}'`].join(' \\\n  ');
}

function environmentOf({ secret }: IssuedToken): string {
  const lines = [
    ['LATCHKEY_CLIENT_ID', secret.client_id],
    ['LATCHKEY_CLIENT_SECRET', secret.client_secret],
    ['LATCHKEY_TOKEN', secret.token],
  ].flatMap(([name, value]) => (value === undefined ? [] : [`${String(name)}=${value}\n`]));
  return lines.join('');
}
