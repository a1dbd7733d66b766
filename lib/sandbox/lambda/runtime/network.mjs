import dns from 'node:dns';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';

/**
 * Puts this process into the VPC: names are resolved by the VPC's resolver, and connections leave from the
 * address of the function's network interface.
 * @param {{ address: string, resolver?: string, direct: string[] }} network `resolver` is `address:port`;
 *   `direct` are `host:port` that are reached without the interface (the Runtime API, the AWS endpoint).
 */
export function joinNetwork({ address, resolver, direct }) {
  if (resolver) useResolver(resolver);
  const connect = net.Socket.prototype.connect;
  net.Socket.prototype.connect = function connectFromInterface(...args) {
    const options = Array.isArray(args[0]) ? args[0][0] : args[0];
    if (options !== null && typeof options === 'object') {
      if (leavesByInterface(options, direct)) {
        options.localAddress ??= address;
        options.family ??= 4;
      }
      return connect.apply(this, args);
    }
    if (isPort(options)) {
      const [port, host] = args;
      const target = { port: Number(port), host: typeof host === 'string' ? host : 'localhost' };
      if (leavesByInterface(target, direct)) Object.assign(target, { localAddress: address, family: 4 });
      const listener = args.findLast((each) => typeof each === 'function');
      return connect.call(this, target, ...(listener ? [listener] : []));
    }
    return connect.apply(this, args);
  };
}

function isPort(value) {
  return typeof value === 'number' || (typeof value === 'string' && /^\d+$/.test(value));
}

function leavesByInterface({ host, port, path }, direct) {
  if (path || port === undefined) return false;
  return host !== undefined && host !== 'localhost' && !direct.includes(`${host}:${port}`);
}

function useResolver(server) {
  dns.setServers([server]);
  dns.promises.setServers([server]);
  const resolver = new dns.promises.Resolver();
  resolver.setServers([server]);
  const systemLookup = dns.lookup;

  async function resolve(hostname) {
    const addresses = await resolver.resolve4(hostname);
    return addresses.map((address) => ({ address, family: 4 }));
  }

  dns.lookup = function lookup(hostname, options, callback) {
    const done = callback ?? options;
    const wanted = typeof options === 'object' && options !== null ? options : {};
    if (!hostname || net.isIP(hostname) || hostname === 'localhost')
      return systemLookup(hostname, options, callback);
    resolve(hostname).then(
      (found) => (wanted.all ? done(null, found) : done(null, found[0].address, found[0].family)),
      (error) => done(asLookupError(error, hostname)),
    );
  };
  dns.promises.lookup = (hostname, options = {}) =>
    new Promise((fulfil, reject) => {
      dns.lookup(hostname, typeof options === 'object' ? options : {}, (error, address, family) => {
        if (error) reject(error);
        else fulfil(Array.isArray(address) ? address : { address, family });
      });
    });
  syncBuiltinESMExports();
}

/** What `getaddrinfo` would have said, so that callers see the error they know. */
function asLookupError(error, hostname) {
  const code = error.code === 'ENODATA' ? 'ENOTFOUND' : (error.code ?? 'EAI_AGAIN');
  return Object.assign(new Error(`getaddrinfo ${code} ${hostname}`), {
    code,
    hostname,
    syscall: 'getaddrinfo',
  });
}
