import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { Packet, TCPServer, UDPServer } from 'dns2';
import { normaliseName } from './names.ts';
import type { RecordSet } from './record-set.ts';
import { type Answer, resolve, type Sources } from './resolve.ts';

type Send = (response: InstanceType<typeof Packet>) => Promise<unknown>;

/** A DNS server on one loopback address, over UDP and TCP on the same port. */
export class DnsServer {
  readonly #sources: Sources;
  readonly #udp = new UDPServer();
  readonly #tcp = new TCPServer();
  readonly #connections = new Set<Socket>();

  constructor(sources: Sources) {
    this.#sources = sources;
    for (const server of [this.#udp, this.#tcp]) {
      server.on('request', (request: InstanceType<typeof Packet>, send: Send) => {
        // Who has gone meanwhile is not answered.
        this.#answer(request, send).catch(() => undefined);
      });
      // A packet that is none is dropped, as name servers do.
      server.on('requestError', () => undefined);
    }
    this.#tcp.on('connection', (socket: Socket) => {
      this.#connections.add(socket);
      socket.once('close', () => this.#connections.delete(socket));
    });
  }

  /** Listens on any free port of the address. */
  async start(address: string): Promise<{ address: string; port: number }> {
    this.#tcp.listen({ host: address, port: 0 });
    await once(this.#tcp, 'listening');
    const { port } = this.#tcp.address() as AddressInfo;
    this.#udp.bind({ address, port, exclusive: true });
    await once(this.#udp, 'listening');
    this.#udp.on('error', () => undefined);
    return { address, port };
  }

  async stop(): Promise<void> {
    for (const socket of this.#connections) socket.destroy();
    const closed = [once(this.#tcp, 'close'), once(this.#udp, 'close')];
    this.#tcp.close();
    this.#udp.close();
    await Promise.all(closed);
  }

  async #answer(request: InstanceType<typeof Packet>, send: Send): Promise<void> {
    if (request.header.qr === 1) return;
    await send(this.#respond(request));
  }

  #respond(request: InstanceType<typeof Packet>): InstanceType<typeof Packet> {
    const { RCODE } = Packet;
    if (request.header.opcode !== 0) return Packet.createErrorResponseFromRequest(request, RCODE.NOTIMP);
    const [question] = request.questions;
    if (!question || request.questions.length > 1 || request.errors?.length) {
      return Packet.createErrorResponseFromRequest(request, RCODE.FORMERR);
    }
    const type = question.type === Packet.TYPE.ANY ? 'ANY' : Packet.typeName(question.type);
    const answer: Answer =
      question.class === Packet.CLASS.IN
        ? resolve(this.#sources, normaliseName(question.name), type)
        : { rcode: 'REFUSED', answers: [], authority: [] };
    const response = Packet.createErrorResponseFromRequest(request, RCODE[answer.rcode]);
    response.header.aa = answer.rcode === 'REFUSED' ? 0 : 1;
    response.answers = answer.answers.flatMap(toResources);
    response.authorities = answer.authority.flatMap(toResources);
    return response;
  }
}

function toResources({ name, type, ttl, values }: RecordSet) {
  const base = { name: undot(name), type: Packet.TYPE[type], class: Packet.CLASS.IN, ttl };
  return values.map((value) => new Packet.Resource({ ...base, ...data(type, value) }));
}

function data(type: RecordSet['type'], value: string) {
  if (type === 'A' || type === 'AAAA') return { address: value };
  if (type === 'CNAME') return { domain: undot(value) };
  if (type === 'NS') return { ns: undot(value) };
  if (type === 'TXT') return { data: [...value.matchAll(/"([^"]*)"/g)].map(([, text]) => text!) };
  const [primary, admin, serial, refresh, retry, expiration, minimum] = value.split(/\s+/);
  return {
    primary: undot(primary!),
    admin: undot(admin!),
    serial: Number(serial),
    refresh: Number(refresh),
    retry: Number(retry),
    expiration: Number(expiration),
    minimum: Number(minimum),
  };
}

function undot(name: string): string {
  return name.replace(/\.$/, '').replace('\\052', '*');
}
