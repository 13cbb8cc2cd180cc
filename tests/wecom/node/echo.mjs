// The official SDK doing what tests/wecom/bot.py does with our client. Arguments: address, bot, secret.
// Each line on stdout is one happening as JSON, for the test to wait for.
import AiBot, { generateReqId } from '@wecom/aibot-node-sdk';

const [wsUrl, botId, secret] = process.argv.slice(2);
const say = (what, detail = '') => console.log(JSON.stringify({ what, detail: String(detail) }));
const quiet = { debug() {}, info() {}, warn() {}, error() {} };
const client = new AiBot.WSClient({
  wsUrl, botId, secret, logger: quiet, reconnectInterval: 50, heartbeatInterval: 300,
  maxReconnectAttempts: -1, maxAuthFailureAttempts: 3,
});
const settled = (promise) => promise.then(
  (frame) => say('done', frame.errcode === 0 ? 'good' : frame.errcode),
  (error) => say('done', error.errcode ?? error.message),
);

client.on('authenticated', () => say('authenticated'));
client.on('disconnected', (reason) => say('disconnected', reason));
client.on('error', (error) => say('error', error.code ?? error.message));
client.on('message.text', (frame) => settled(
  client.replyStream(frame, `stream-${frame.body.msgid}`, `回：${frame.body.text.content}`, true),
));
client.on('event.enter_chat', (frame) => settled(
  client.replyWelcome(frame, { msgtype: 'text', text: { content: '您好' } }),
));
client.on('event.template_card_event', (frame) => settled(
  client.sendMessage(frame.body.from.userid, {
    msgtype: 'markdown', markdown: { content: `按了 ${frame.body.event.template_card_event.event_key}` },
  }),
));
setInterval(() => {}, 1000);  // stays, even where the SDK has given up
process.stdin.on('end', () => process.exit(0)).resume();
client.connect();
say('started', generateReqId('x'));
