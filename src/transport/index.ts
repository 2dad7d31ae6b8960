export { type Connector, type ConnectorOptions, connector, type SshTransport } from './connector.ts';
export type { Stats } from './session.ts';
