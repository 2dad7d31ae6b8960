import { failed, hasProgram, ok, type Program, type Programs } from '../program.ts';
import { bytesOf } from './files.ts';

const keepalived: Program = ({ state, args }) => {
  const path = args[args.indexOf('-f') + 1] ?? '';
  const text = bytesOf(state, path)?.toString() ?? '';
  const bad = text.split('\n').findIndex(line => line.includes('INVALID'));
  return bad < 0 ? ok() : failed(`(${path}: Line ${bad + 1}) Unknown keyword 'INVALID'`, 4);
};

const trustScript: Program = ({ state, args: [path = ''] }) =>
  state.files[path]?.type === 'file' && state.files[path]?.owner === 'root'
    ? ok()
    : failed(`there is no ${path}`, 1);

const haproxy: Program = ({ state, args }) => {
  const path = args[args.indexOf('-f') + 1] ?? '';
  const text = bytesOf(state, path)?.toString() ?? '';
  const bad = text.split('\n').findIndex(line => line.includes('INVALID'));
  return bad < 0
    ? ok()
    : failed(`[ALERT] (1) : config : parsing [${path}:${bad + 1}] : unknown keyword 'INVALID'`, 1);
};

/** What the running HAProxy has loaded is not kept here: what runs has loaded its file. */
const haproxyLoaded: Program = ({ state }) =>
  state.units['haproxy']?.active ? ok() : failed('no answer', 1);

/** The daemons that roles configure, and what asks them. */
export const daemonPrograms: Programs = {
  'lvsform-check-keepalived': ({ args: [path = ''], run }) => run(['keepalived', '-t', '-f', path]),
  'lvsform-trust-script': trustScript,
  'lvsform-haproxy-loaded': haproxyLoaded,
  'lvsform-load-haproxy': haproxyLoaded,
  haproxy: call => (hasProgram(call.state, 'haproxy') ? haproxy(call) : failed('haproxy: not found', 127)),
  keepalived: call =>
    hasProgram(call.state, 'keepalived') ? keepalived(call) : failed('keepalived: not found', 127),
};
