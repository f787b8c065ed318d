/** Opens the dialog of an action on a token, and puts what comes of it into the lists. */
import { useQueryClient } from '@tanstack/react-query';
import { useState, type ReactElement } from 'react';
import type { IssuedToken, Token, TokenAction } from '../../api/types.ts';
import { patchToken } from '../../live/patched.ts';
import { news, update } from '../../live/live-stream.ts';
import { notify } from '../../parts/toasts.tsx';
import { useKept } from '../../parts/kept.ts';
import { EndOverlapDialog, ExtendOverlapDialog } from './overlap-dialogs.tsx';
import { RenameDialog, RenewDialog, RevokeDialog, SwitchDialog } from './change-dialogs.tsx';
import { RotateDialog } from './rotate-dialog.tsx';
import { ScopesDialog } from './scopes-field.tsx';
import { SecretDialog } from './secret-dialog.tsx';

export type OpenAction = TokenAction | 'extend_overlap';

export interface TokenDialogs {
  readonly open: (action: OpenAction, token: Token) => void;
  readonly element: ReactElement | null;
}

export interface DoneActions {
  readonly close: () => void;
  readonly changed: (token: Token, text: string) => void;
  readonly revoked: (token: Token) => void;
  readonly issued: (issued: IssuedToken) => void;
}

/** @param place - of the list, where a screen has several */
export function useTokenDialogs(place = ''): TokenDialogs {
  const client = useQueryClient();
  const [opened, setOpened] = useKept<{ action: OpenAction; token: Token } | undefined>(
    `dialog of ${place}`,
    undefined,
  );
  const [issued, setIssued] = useState<IssuedToken | undefined>();
  const done: DoneActions = {
    close: () => {
      setOpened(undefined);
    },
    changed: (token, text) => {
      setOpened(undefined);
      patchToken(client, token);
      void client.invalidateQueries({ queryKey: ['audit', 'of', token.id] });
      void client.invalidateQueries({ queryKey: ['stats'] });
      notify(text);
    },
    revoked: ({ id, name }) => {
      setOpened(undefined);
      update({ gone: new Set([...news.get().gone, id]) });
      void client.invalidateQueries({ queryKey: ['stats'] });
      notify(`Revoked “${name}”`);
    },
    issued: (answer) => {
      setOpened(undefined);
      patchToken(client, answer.token);
      void client.invalidateQueries({ queryKey: ['audit', 'of', answer.token.id] });
      setIssued(answer);
    },
  };
  const open = (action: OpenAction, token: Token): void => {
    setOpened({ action, token });
  };
  const element = issued ? (
    <SecretDialog
      issued={issued}
      isRotation
      onClose={() => {
        setIssued(undefined);
      }}
    />
  ) : opened ? (
    <Opened {...opened} done={done} />
  ) : null;
  return { open, element };
}

export interface TokenDialogProps {
  readonly token: Token;
  readonly done: DoneActions;
}

function Opened({ action, ...props }: TokenDialogProps & { readonly action: OpenAction }): ReactElement {
  switch (action) {
    case 'rotate':
      return <RotateDialog {...props} />;
    case 'renew':
      return <RenewDialog {...props} />;
    case 'rename':
      return <RenameDialog {...props} />;
    case 'change_scopes':
      return <ScopesDialog {...props} />;
    case 'disable':
    case 'enable':
      return <SwitchDialog {...props} isDisabling={action === 'disable'} />;
    case 'end_overlap':
      return <EndOverlapDialog {...props} />;
    case 'extend_overlap':
      return <ExtendOverlapDialog {...props} />;
    case 'revoke':
      return <RevokeDialog {...props} />;
  }
}
