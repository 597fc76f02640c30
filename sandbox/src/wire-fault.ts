/**
 * A fault that needs a socket. The server reads it from the response that it is attached to. The page in the browser reads
 * this file, too, so it needs nothing of Node.js.
 */
export interface WireFault {
  kind: 'reset' | 'stall' | 'truncate' | 'drip' | 'drop-keep-alive';
  milliseconds: number | undefined;
}

const faults = new WeakMap<Response, WireFault>();

export function withFault(
  response: Response,
  fault: Pick<WireFault, 'kind'> & Partial<WireFault>,
): Response {
  faults.set(response, { milliseconds: undefined, ...fault });
  return response;
}

export const faultOf = (response: Response): WireFault | undefined => faults.get(response);
