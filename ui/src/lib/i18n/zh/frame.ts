/** The frame of the window, and what is outside any one environment. */
import type { Catalogue } from '../en';
import type { frame as english } from '../en/frame';
import { all, count } from './grammar';

export const frame: Pick<Catalogue, keyof typeof english> = {
  environments: '环境',
  ours: '环境',
  others: '来自其他工具',
  engines: '引擎',
  openFolder: '打开文件夹',
  openFolderTitle: '打开文件夹',
  dropFolder: '松开即可打开文件夹',
  dropOneFolder: '一次只能拖入一个文件夹。',
  loading: '正在查找引擎和环境',
  notAnswering: 'Wharf 没有响应',
  copy: '复制',
  copied: '已复制',
  copyCommand: (command) => `复制 ${command}`,
  showCharacters: (number) => `显示全部 ${count(number, '个字符')}`,
  showLess: '收起',
  close: '关闭',
  dismiss: '忽略',
  cancel: '取消',
  cancelling: '正在取消',
  tryAgain: '重试',
  because: (what, why) => `${what}：${why}`,
  sentences: (one, next) => `${one.replace(/([^.!?。！？])$/u, '$1。')}${next}`,

  mark: {
    running: '运行中',
    working: '进行中',
    needs: '需要你处理',
    failed: '失败',
    stopped: '已停止',
    paused: '已暂停',
    created: '未启动',
    gone: '没有容器',
    unreachable: '引擎没有响应',
  },

  maker: {
    wharf: 'Wharf',
    devcontainer: 'devcontainer 命令行',
    vscode: 'Visual Studio Code',
    devpod: 'DevPod',
    unknown: '其他工具',
  },

  engine: {
    usable: '就绪',
    unusable: '不可用',
    kind: { docker: 'Docker', podman: 'Podman' },
    unnamed: '引擎',
    remote: '远程',
    rootless: '无 root',
    none: '没有引擎',
    more: (number) => `另有 ${number} 个`,
    details: (name) => `${name}：详细信息`,
    foundAt: '来源',
    address: '地址',
  },

  welcome: {
    title: '打开一个文件夹开始使用',
    text: '带有 .devcontainer 的文件夹会成为运行中的环境。在执行任何操作之前，都会先显示它的配置。',
    ready: (engines) => `${all(engines)} 已就绪。`,
    drop: '也可以把文件夹拖到窗口的任意位置。',
    noEngine: '没有找到引擎',
    noneUsable: '没有可用的引擎',
    noEngineText: '环境在 Docker 或 Podman 上运行。引擎启动后，Wharf 会自动发现它。',
    getOne: '用这条命令安装一个：',
    places: '已查找的位置',
  },

  getEngine: {
    linux: 'sudo apt install podman',
    macos: 'brew install podman && podman machine init --now',
    windows: 'winget install RedHat.Podman',
  },

  folder: {
    reading: (name) => `正在读取 ${name}`,
    choose: (number) => `有 ${number} 个配置，使用哪一个？`,
    one: '配置',
    none: '这个文件夹里没有配置',
    noneHint:
      'Wharf 会查找 .devcontainer/devcontainer.json、.devcontainer.json 和 .devcontainer/<名称>/devcontainer.json。',
    start: '启动',
    another: '打开其他文件夹',
    problems: '配置中的问题',
    again: '重新读取',
  },

  keyList: {
    title: '按键',
    palette: '搜索或运行',
    tabs: '转到环境的标签页',
    board: '显示所有环境',
    create: '新建环境',
    open: '打开文件夹',
    settings: '设置',
    filter: '筛选列表',
    move: '在列表中移动',
    enter: '打开选中的项目',
    back: '返回上一层',
    zoom: '放大、缩小、恢复默认',
    help: '显示这些按键',
  },
};
