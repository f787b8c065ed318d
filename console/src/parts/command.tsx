/** Shows a call as a command, so that people learn the API where they need it. */
import type { ReactElement } from 'react';
import { commandOf, type Call } from '../api/call.ts';
import { CopyButton } from './copy-button.tsx';

export function Command({ call }: { readonly call: Call }): ReactElement {
  const command = commandOf(call);
  return (
    <details className="command">
      <summary>Show as command</summary>
      <pre tabIndex={0} aria-label="Command">
        {command}
      </pre>
      <CopyButton text={command} what="command">
        Copy command
      </CopyButton>
    </details>
  );
}
