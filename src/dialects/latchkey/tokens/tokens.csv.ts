/** Renders tokens as CSV (RFC 4180), for spreadsheets. */
import { stringify, type Options } from 'csv-stringify/sync';
import type { TokenView } from './tokens.views.js';

const CELLS: Readonly<Record<string, (token: TokenView) => string | number | null | undefined>> = {
  id: ({ id }) => id,
  kind: ({ kind }) => kind,
  name: ({ name }) => name,
  account_id: ({ account }) => account?.id,
  account_name: ({ account }) => account?.name,
  owner_id: ({ owner }) => owner?.id,
  owner_email: ({ owner }) => owner?.email,
  created_by_id: ({ created_by }) => created_by?.id,
  created_by_email: ({ created_by }) => created_by?.email,
  client_id: ({ client_id }) => client_id,
  state: ({ state }) => state,
  created_at: ({ created_at }) => created_at,
  updated_at: ({ updated_at }) => updated_at,
  expires_at: ({ expires_at }) => expires_at,
  version: ({ version }) => version,
  last_used_at: ({ last_use }) => last_use?.at,
  last_used_address: ({ last_use }) => last_use?.address,
  last_used_user_agent: ({ last_use }) => last_use?.user_agent,
  overlap_ends_at: ({ overlap }) => overlap?.ends_at,
  old_secret_used_at: ({ overlap }) => overlap?.last_use?.at,
  scopes: ({ scopes }) => scopes?.join(' '),
};

const FORM: Options = {
  columns: Object.keys(CELLS),
  record_delimiter: 'windows',
  // A name may begin like a formula. The apostrophe makes spreadsheets show it as text.
  escape_formulas: true,
};

/** Yields the header row with the first batch, then the other batches. */
export async function* tokensCsv(batches: AsyncGenerator<readonly TokenView[]>): AsyncGenerator<string, void> {
  let header = true;
  for await (const batch of batches) {
    yield stringify(
      batch.map((token) => Object.values(CELLS).map((cell) => cell(token) ?? '')),
      { ...FORM, header },
    );
    header = false;
  }
  if (header) yield stringify([], { ...FORM, header });
}
