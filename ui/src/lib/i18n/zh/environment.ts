/** One environment: what is done with it, what it is made of, what it asks. */
import type { Catalogue } from '../en';
import type { environment as english } from '../en/environment';
import { all, count, done } from './grammar';

export const environment: Pick<Catalogue, keyof typeof english> = {
  action: {
    actions: '操作',
    start: '启动',
    stop: '停止',
    rebuildMore: '重新构建…',
    deleteMore: '删除…',
    more: '更多操作',
    openIn: (editor) => `用 ${editor} 打开`,
    showFolder: '显示文件夹',
    copyContainer: '复制容器 ID',
  },

  facts: {
    title: '基本信息',
    folder: '文件夹',
    volume: '卷',
    repository: '仓库',
    configuration: '配置',
    container: '容器',
    image: '镜像',
    user: '用户',
    workspace: '容器内的工作区',
    engine: '引擎',
    maker: '创建工具',
    created: '创建时间',
    started: '启动时间',
    lastUsed: '上次使用',
  },

  attention: {
    workingElsewhere: (who) => `${who} 正在操作这个环境。`,
    workingElsewhereHint: '操作完成后，结果会显示在这里。',
    lock: (who, pid) => `正在等待 ${who}${pid ? `（进程 ${pid}）` : ''}，它正在操作同一个环境。`,
    anotherWharf: '另一个 Wharf',
    engine: (address) => `正在等待引擎 ${address}。`,
    removal: (container) => `正在等待容器 ${container} 被移除。`,
    unreachable: '这个环境所在的引擎没有响应',
    unreachableHint: '容器和其中的文件没有改动。启动引擎后，此页面会自动更新。',
    readyWhileRunning: (time) => `${time} 后就绪。后面的钩子仍在运行。`,
    warnings: (number) => count(number, '条警告'),
    cancelled: '已取消。已完成的部分会保留，再次启动时从那里继续。',
  },

  failure: {
    quotes: '最后几行',
  },

  consent: {
    title: (name) => `${name} 想在你的电脑上执行以下操作`,
    touches: '需要你同意的内容',
    tells: '另请注意',
    allowFor: (name) => `允许 ${name}`,
    refuse: '拒绝',
    remembered: '以上任何一项有变化时，会再次询问。',
    details: '详细信息',
    feature: (id) => `Feature ${id}`,
    image: (name) => `镜像 ${name}`,
    kind: {
      hostCommand: '运行命令',
      hostMount: '挂载',
      engineSocket: '挂载引擎的套接字',
      privileged: '特权容器',
      device: '打开设备',
      hostNamespace: '与主机共享',
      capability: '增加权能',
      unconfinedProfile: '关闭安全配置',
      publishedPort: '公开端口',
      secret: '传递机密',
      rawOption: '引擎选项',
    },
  },

  changes: {
    title: '配置已更改',
    subject: '属性',
    what: '更改',
    takes: '需要',
    kept: '保留',
    lost: '丢失',
    nothingLost: '无',
    class: { hot: '无需重启', restart: '重启', recreate: '新容器', rebuild: '新镜像' },
    from: (layer) => `来自 ${layer}`,
    effect: {
      hot: '运行中的环境会直接采用。',
      restart: '容器会停止并重新启动。',
      recreate: '容器会被替换，镜像保留。',
      rebuild: '镜像会重新构建，容器会被替换。',
    },
    apply: {
      hot: '应用',
      restart: '应用并重启',
      recreate: '应用并替换容器',
      rebuild: '重新构建并替换容器',
    },
    blocked: '存在以下阻碍',
  },

  losses: {
    looking: '正在查找会丢失的内容',
    unknown: '无法得知会丢失的内容',
    lost: '丢失',
    kept: '保留',
    nothing: '无',
    processes: '容器内正在运行的进程会结束',
    container: (name, size) =>
      size === undefined ? `容器 ${name} 以及其中的改动` : `容器 ${name}，其中有 ${size} 的改动`,
    keptContainer: (name) => `容器 ${name} 及其文件`,
    volume: (name) => `卷 ${name}`,
    workspaceFolder: (path) => `你在 ${path} 中的文件`,
    repository: (folder, parts) => `在 ${folder} 中：${all(parts)}`,
    uncommitted: (number) => count(number, '个未提交的文件'),
    unpushed: (number, branches) =>
      `${count(number, '个未推送的提交')}${branches.length ? `（${branches.join('、')}）` : ''}`,
    stashes: (number) => count(number, '个贮藏'),
  },

  dialog: {
    stopTitle: (name) => `停止 ${name}？`,
    stop: '停止容器',
    rebuildTitle: (name) => `重新构建 ${name}？`,
    rebuild: '重新构建并替换容器',
    deleteTitle: (name) => `删除 ${name}？`,
    deleteVolumes: (number) => `同时删除 ${count(number, '个卷')}`,
    delete: (containers, volumes) => {
      const parts = [
        ...(containers === 0 ? [] : [containers === 1 ? '容器' : count(containers, '个容器')]),
        ...(volumes === 0 ? [] : [count(volumes, '个卷')]),
      ];
      return parts.length === 0 ? '从列表中移除' : done('删除', all(parts));
    },
    keep: { stop: '继续运行', rebuild: '保持原样', delete: '保留' },
  },

  operation: {
    up: '启动',
    apply: '应用更改',
    start: '启动',
    stop: '停止',
    restart: '重启',
    rebuild: '重新构建',
    down: '删除',
    title: {
      up: '正在启动',
      apply: '正在应用更改',
      start: '正在启动',
      stop: '正在停止',
      restart: '正在重启',
      rebuild: '正在重新构建',
      down: '正在删除',
    },
    last: {
      up: '上次启动',
      apply: '上次更改',
      start: '上次启动',
      stop: '上次停止',
      restart: '上次重启',
      rebuild: '上次重新构建',
      down: '上次删除',
    },
  },

  steps: {
    label: {
      configuration: '配置',
      engine: '引擎',
      lock: '等待',
      consent: '许可',
      initialize: '初始化',
      features: 'Features',
      image: '镜像',
      build: '构建',
      userId: '用户 ID',
      container: '容器',
      setUp: '准备',
      hooks: '钩子',
      workspace: '工作区',
      volumes: '卷',
      work: '工作',
    },
    state: {
      planned: '待执行',
      running: '执行中',
      done: '已完成',
      cached: '已复用',
      skipped: '已跳过',
      failed: '失败',
      cancelled: '已取消',
    },
    noHooks: '没有要运行的',
    partsDone: (done, number) => `${done}/${number}`,
    amount: (current, total) => `${current}/${total}`,
    truncated: '更早的部分输出没有保留。',
  },

  output: {
    label: (label) => `${label} 的输出`,
    lines: (number) => count(number, '行'),
    dropped: (number) => `更早的 ${count(number, '行')}未保留`,
    toEnd: '到末尾',
    copy: '复制输出',
  },

  says: {
    done: (operation, name) => `${name}：${operation}已完成`,
    failed: (operation, name) => `${name}：${operation}失败`,
    cancelled: (operation, name) => `${name}：${operation}已取消`,
  },
};
