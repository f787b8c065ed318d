/** Shows a call as a command, so that people learn the API where they need it. */
import type { ReactElement } from 'react';
import { commandOf, type Call } from '../api/call.ts';
import { CopyButton } from './copy-button.tsx';

/** @param what - which call, where a page or a dialog has several */
export function Command({ call, what }: { readonly call: Call; readonly what?: string }): ReactElement {
  const command = commandOf(call);
  return (
    <details className="command">
      <summary>{what === undefined ? 'Show as command' : `Show ${what} as command`}</summary>
      <pre tabIndex={0} aria-label="Command">
        {command}
      </pre>
      <CopyButton text={command} what="command">
        Copy command
      </CopyButton>
    </details>
  );
}
