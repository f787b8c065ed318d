/** Where the console and its API are: the server says it in the page, relative to the page. */

function metaOf(name: string): string | undefined {
  return document.querySelector<HTMLMetaElement>(`meta[name="${name}"]`)?.content;
}

/** While developing, nothing is filled in. */
const isRaw = metaOf('latchkey-api') === '{api}';

/** With a trailing slash. It is read once, for later addresses of the page have other depths. */
const BASE = new URL(isRaw ? '/' : (metaOf('latchkey-base') ?? './'), document.baseURI);

const API = new URL(isRaw ? '/latchkey/v1' : (metaOf('latchkey-api') ?? '../latchkey/v1'), BASE);

/** Path of the console without a trailing slash. */
export const BASE_PATH = BASE.pathname.replace(/\/$/, '');

/** Address of the API without a trailing slash. */
export const API_URL = API.href.replace(/\/$/, '');

/** Where proxies and scripts ask whether a credential is accepted, if it is served where the standalone server has it. */
export const VERIFY_URL = new URL('../verify', BASE).href;
