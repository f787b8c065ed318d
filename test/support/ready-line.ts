/** The line in which a started server prints its address: the last one of the first start's text. */
export const READY_LINE = /^Documentation, where you can try every call: (http:\/\/\S+)\/docs$/m;
