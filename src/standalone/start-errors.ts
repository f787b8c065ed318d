/** The errors of a start, each with the setting to change. */

/** The server cannot start; the message says how to fix it. */
export class StartError extends Error {}

/** Where to listen, and the names of the variables that say so. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
  /** Of the variables: nothing, or `VERIFY_`. */
  readonly prefix: string;
}

/** @throws StartError if the address cannot be used */
export async function listening(address: ListenAddress, listen: () => Promise<unknown>): Promise<void> {
  try {
    await listen();
  } catch (error) {
    throw listenError(error, address);
  }
}

function listenError(error: unknown, { prefix, host, port }: ListenAddress): unknown {
  const [portName, hostName] = [`${prefix}PORT`, `${prefix}HOST`];
  switch ((error as { code?: string }).code) {
    case 'EADDRINUSE':
      return new StartError(
        `${portName} ${String(port)} is already in use by another program: set another ${portName}, or stop that program.`,
      );
    case 'EACCES':
      return new StartError(
        `${portName} ${String(port)} is reserved for privileged users: set a ${portName} above 1023.`,
      );
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new StartError(
        `${hostName} is ${host}, which is not an address of this machine: set 127.0.0.1, 0.0.0.0 or one of its addresses.`,
      );
    default:
      return error;
  }
}
