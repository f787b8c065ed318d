/** A fault of Node 20: after a synchronous `stat` of a pipe or a socket, it does not follow the links to packages. */
import { statSync } from 'node:fs';

/**
 * To be called before a package is loaded while the server runs, and after a `stat` of a pipe. `fs.realpathSync`, by which
 * Node finds the real place of a module, takes the file type of the last synchronous `stat` in the process, whoever asked,
 * for that of the path: after a pipe, such as the log of a container, it stops. A package that is linked, as pnpm links
 * them, then does not find its own dependencies. Node 22 and newer do not have this
 * fault, and packages without dependencies do not need the call.
 */
export function followLinks(): void {
  // Something that is there, and is neither a pipe nor a socket.
  statSync(process.execPath, { throwIfNoEntry: false });
}
