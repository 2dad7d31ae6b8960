/** Where keepalived reads its configuration on every distribution. */
export const keepalivedConf = '/etc/keepalived/keepalived.conf';
