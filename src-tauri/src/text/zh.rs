//! Simplified Chinese.

use wharf_api::{OperationName, OperationOutcome};

use super::Words;

pub(super) const WORDS: Words = Words {
    open: "打开",
    stop: "停止",
    open_folder: "打开文件夹…",
    show_window: "显示窗口",
    quit: "退出 Wharf",
    cancel: "取消",
    nothing_runs: "没有正在运行的环境",
    open_address_title: "打开此地址？",
    open_address_text: "环境中的程序或与之相关的页面指向另一台计算机：",
    links_are_off: "未打开 Wharf 链接：设置中已关闭链接。",
    update: "安装并重新启动",
    update_title: "有新版本的 Wharf",
    update_text: "是否安装并用它替换当前版本？新版本为",
    ended: |operation, outcome, name| match outcome {
        OperationOutcome::Done => match operation {
            OperationName::Stop => format!("{name} 已停止"),
            OperationName::Down => format!("{name} 已删除"),
            _ => format!("{name} 正在运行"),
        },
        OperationOutcome::Cancelled => format!("{name}：已取消"),
        OperationOutcome::Failed => match operation {
            OperationName::Stop => format!("无法停止 {name}"),
            OperationName::Down => format!("无法删除 {name}"),
            _ => format!("无法启动 {name}"),
        },
    },
    asks: |name| format!("{name} 需要您的答复"),
    asks_text: "它要在这台计算机上执行尚未获准的操作。",
    port_opened: |port, name| format!("{name} 的端口 {port} 已可访问"),
    port_conflict: |port, name| format!("{name} 的端口 {port} 存在冲突"),
    port_taken_by: |port, holder| format!("{port} 已被 {holder} 占用"),
    port_taken: |port| format!("{port} 已被其他程序占用"),
    port_reserved: |port| format!("{port} 由系统保留"),
    link_opened: |name| format!("{name} 打开了一个链接"),
    link_not_opened: |name| format!("{name} 的链接未被打开"),
};
