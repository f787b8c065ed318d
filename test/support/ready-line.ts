/** The line by which a server that was started says its address: the last one of the first start's text. */
export const READY_LINE = /^Documentation, where you can try every call: (http:\/\/\S+)\/docs$/m;
