/** Removes secrets from text that is logged or shown: whatever looks like one, by the published patterns. */

const REDACTED = '[secret]';

/** Recognises secrets by the patterns that the credential forms publish. */
export class Redaction {
  private readonly secrets: RegExp;

  /** @param patterns - without anchors; see `CredentialForm.secretPattern` */
  constructor(patterns: readonly string[]) {
    // Longer runs of letters and digits are ids. Where nothing is published, the empty alternative must not match.
    const any = patterns.length === 0 ? '(?!)' : [...new Set(patterns)].join('|');
    this.secrets = new RegExp(`(?<![A-Za-z0-9])(?:${any})(?![A-Za-z0-9])`, 'g');
  }

  /** The text with `[secret]` in the place of each secret. */
  text(text: string): string {
    return text.replace(this.secrets, REDACTED);
  }

  /** The same for the path of a URL, whose segments may be percent-encoded. */
  path(path: string): string {
    return path.includes('%')
      ? path
          .split('/')
          .map((segment) => this.segment(segment))
          .join('/')
      : this.text(path);
  }

  /** The same for the query of a URL. */
  query(query: string): string {
    const shown = new URLSearchParams();
    for (const [name, value] of new URLSearchParams(query)) shown.append(this.text(name), this.text(value));
    return shown.toString();
  }

  /** A segment that contains an encoded secret is replaced as a whole. */
  private segment(segment: string): string {
    const decoded = decodedText(segment);
    return this.text(decoded) === decoded ? this.text(segment) : REDACTED;
  }
}

function decodedText(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text.replace(/%[0-9A-Fa-f]{2}/g, (code) => String.fromCharCode(Number.parseInt(code.slice(1), 16)));
  }
}
