/** The tabs of an environment, and the first of them. */
import type { Catalogue } from '../en';
import type { overview as english } from '../en/overview';

export const overview: Pick<Catalogue, keyof typeof english> = {
  tabs: {
    label: '关于这个环境',
    overview: '概览',
    logs: '日志',
    terminal: '终端',
    ports: '端口',
    configuration: '配置',
    resources: '资源',
  },

  timeline: {
    done: '本次执行',
    cached: '已复用',
    theOneBefore: '前一次',
    before: (time) => `前一次：${time}`,
    cold: (done, all) => `${all} 个步骤中有 ${done} 个未命中缓存`,
    never: '这里还没有启动过',
    neverHint: '第一次启动后，这里会逐步显示时间花在哪里。',
    unseen: 'Wharf 还没有启动过它',
    unseenHint: '下一次启动后，这里会逐步显示时间花在哪里。',
    reading: '正在读取上次启动',
    unknown: '无法显示上次启动',
    gone: '它的输出已不再保留。',
    shortened: '执行的步骤多于保留的步骤。',
    at: (time) => `${time}`,
  },

  failed: {
    shell: '在此打开终端',
    edit: '编辑',
    retryStep: '从这一步重试',
  },

  agreement: {
    title: '期望与现状',
    whole: {
      same: '现状与期望一致。',
      other: '现状与期望不同。',
      open: '还没有人要求 Wharf 在这里做什么。',
      lacking: '还没有人要求 Wharf 在这里做什么，而且启动所需的条件并不齐备。',
    },
    aStart: '启动会带来这些更改：',
    unknown: '无法读取现状',
    reading: '正在读取现状',
    subject: '项目',
    wanted: '期望',
    there: '现状',
    difference: '差异',
    verdict: { same: '一致', other: '不同', open: '无可比较' },
    subjects: {
      state: '状态',
      configuration: '配置',
      image: '镜像',
      hooks: '钩子',
      container: '容器',
    },
    states: {
      running: '运行中',
      stopped: '已停止',
      gone: '没有容器',
      created: '已创建',
      paused: '已暂停',
      restarting: '正在重启',
      removing: '正在移除',
      exited: '已停止',
      dead: '已失效',
    },
    nothingWanted: '尚无',
    applied: (time) => `${time} 应用时的内容`,
    notApplied: '尚未应用',
    unchanged: '没有变化',
    changed: '此后有更改',
    asWritten: '以文件为准',
    imageMissing: '引擎上没有',
    allHooks: '全部完成',
    hook: { pending: '待运行', done: '已完成', failed: '失败' },
    unmeasured: '无法得知',
  },
};
