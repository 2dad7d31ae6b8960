// What ssh2 1.17 has no setting for, done at its inside. Where that is not as it was, ssh2 does as it always did.

/** The part of ssh2's client that is known here. */
interface Inside {
  readonly _protocol?: Protocol;
}

interface Protocol {
  readonly _handlers?: Handlers;
  service?(name: string): void;
  /** Without `sign` the key is only offered, and the host says whether it would take it. */
  authPK?(user: string, key: { isPrivateKey(): boolean }, algorithm?: string, sign?: unknown): void;
}

/** What is called for a message of the host. */
interface Handlers {
  GLOBAL_REQUEST?: (protocol: Protocol, name: string, wantReply: boolean, data: unknown) => void;
  SERVICE_ACCEPT?: (protocol: Protocol, name: string) => void;
  USERAUTH_PK_OK?: (protocol: Protocol) => void;
}

/**
 * After a login sshd names all of its host keys (PROTOCOL of OpenSSH, 2.5). ssh2 has it prove each of them by a signature, for
 * whoever may listen; nobody does here, and ssh itself asks only with UpdateHostKeys. So its handler is kept from seeing them.
 */
export function leaveOtherHostKeys(client: object): void {
  const handlers = (client as Inside)._protocol?._handlers;
  const handle = handlers?.GLOBAL_REQUEST;
  if (handlers === undefined || typeof handle !== 'function') return;
  handlers.GLOBAL_REQUEST = (protocol, name, wantReply, data) => {
    if (name !== 'hostkeys-00@openssh.com' || wantReply) handle(protocol, name, wantReply, data);
  };
}

/**
 * A key that is at hand is proved without asking first whether the host would take it (RFC 4252, 7: the question is for
 * signatures that cost much or need a person), which saves a round trip and sshd a look at its keys. An agent, which may ask a person, is
 * asked only for a key that the host takes.
 */
export function proveAtOnce(client: object): void {
  const protocol = (client as Inside)._protocol;
  const taken = protocol?._handlers?.USERAUTH_PK_OK;
  const authPK = protocol?.authPK;
  if (protocol === undefined || typeof taken !== 'function' || typeof authPK !== 'function') return;
  protocol.authPK = (user, key, algorithm, sign) => {
    if (sign === undefined && key.isPrivateKey()) taken(protocol);
    else authPK.call(protocol, user, key, algorithm, sign);
  };
}

/**
 * The first way to log in goes with the request for the service that takes it, which a server can only grant or end the connection
 * for (RFC 4253, 10): a round trip less. Not for a way that hangs on what the host tells of itself before it grants
 * (server-sig-algs, RFC 8308, 3.1).
 */
export function logInAtOnce(client: object): void {
  const protocol = (client as Inside)._protocol;
  const handlers = protocol?._handlers;
  const granted = handlers?.SERVICE_ACCEPT;
  const service = protocol?.service;
  if (protocol === undefined || handlers === undefined) return;
  if (typeof granted !== 'function' || typeof service !== 'function') return;
  protocol.service = name => {
    service.call(protocol, name);
    handlers.SERVICE_ACCEPT = () => undefined;
    granted(protocol, name);
  };
}
