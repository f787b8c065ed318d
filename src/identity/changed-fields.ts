/** Reads which fields a change concerns, from its details for the audit log. */

/** Whether a field is among those that changed. */
export function hasField({ fields }: Readonly<Record<string, unknown>>, field: string): boolean {
  return Array.isArray(fields) && fields.includes(field);
}
