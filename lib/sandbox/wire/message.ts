/** An HTTP request whose body has been read and decoded. */
export interface WireRequest {
  method: string;
  /** Still percent-encoded. */
  path: string;
  query: URLSearchParams;
  /** Names in lower case. */
  headers: Record<string, string>;
  body: Uint8Array;
}

export interface WireResponse {
  status: number;
  headers: Record<string, string>;
  body: Uint8Array | string;
}
