/** What the program says of what needs consent, and what is told beside it. */
export const consent = {
  /** What a touch amounts to. No part of it comes from a configuration. */
  effects: {
    'plan/src/consent.rs': [
      'It runs on this computer with your own rights, at every start.',
      "The container can use every GPU of the engine's machine.",
    ],
    'plan/src/consent/options.rs': [
      "The container has every right of root on the engine's machine, devices included.",
      'The container has every capability that the kernel knows.',
      'Programs in the container can look into each other, as debuggers do.',
      'Among much else, the container can mount file systems; a way out of it is likely.',
      "The container can change its network's settings.",
      "The container can load modules into the kernel of the engine's machine.",
      "The container can reach beyond itself into the engine's machine.",
      'The kernel lets the container do more than other containers.',
      'The kernel lets the container do more than others.',
      'Programs in the container may gain rights, even where the engine forbids it.',
      'The container can make any system call.',
      "The container's system calls are filtered by this file instead of the engine's rules.",
      "The container is guarded by other rules than the engine's, or by none.",
      "The container sees parts of the kernel's settings that are hidden otherwise.",
      "The engine's protection is changed in a way that cannot be told.",
      'Other computers in the network can reach this port.',
      'Other computers in the network can reach them.',
      "What this option can reach on the engine's machine cannot be told from here.",
      "The container can use this device of the engine's machine.",
      'The container can use these GPUs.',
      'The container may make and use devices of this kind.',
      'The container keeps your groups on the host.',
      'The content of this file of the host goes into the container.',
      'Every variable of the host goes into the container.',
      'This secret of the engine goes into the container.',
      "The container uses the engine's machine's own network, its loopback included.",
      "The container shares the network of something else on the engine's machine.",
      "The container may reach the host's own loopback, depending on these options.",
      "The container sees every process of the engine's machine.",
      "The container shares memory and semaphores with the engine's machine.",
      "The container can change the host name of the engine's machine.",
      "The container's users are the engine's machine's own.",
      "The container sees the control groups of the engine's machine.",
      "The container shares a namespace with something else on the engine's machine.",
      'The build can read every file in this folder.',
      "The build uses a network of the engine's machine.",
      'The build may do more than the builder allows by itself.',
      'The build can read this secret of the host.',
      'The build can use keys of your SSH agent.',
      "The engine's protection is changed for the build.",
      'The build reads or writes files in this folder of the host.',
      'The build gets the credentials for this cache that your environment holds.',
    ],
    'plan/src/consent/paths.rs': [
      "Whoever can use an engine's socket can do anything on the engine's machine.",
      'The container can read it.',
      'The container can read and change it.',
      "A volume with a driver or options of its own can lead anywhere on the engine's machine.",
    ],
    'plan/src/consent/secrets.rs': [
      'Commands of the configuration, its image and its Features can read it in the container.',
    ],
    'plan/src/consent/services.rs': [
      "What this property can reach on the engine's machine cannot be told from here.",
      "Whoever can use an engine's socket can do anything on the engine's machine.",
      'The container can use these devices, such as GPUs.',
      'The content of this file of the host goes into the container.',
      'Its content goes from the host into containers.',
    ],
  },
  /** The thing itself, where the program has words for it: all others are somebody's own text. */
  subjects: {
    'plan/src/consent.rs': ['all GPUs'],
    'plan/src/consent/options.rs': ['all exposed ports', 'all of your environment', 'GPUs: {value}'],
    'plan/src/consent/paths.rs': ['{path} at {target}', ' (read-only)'],
    'plan/src/consent/secrets.rs': ['{name} from your environment', '{name} from your keychain'],
    'plan/src/consent/services.rs': [
      '{key} of the service {}',
      "the engine's socket for the service {}",
      "devices of the engine's machine for the service {}",
    ],
  },
  /** What a touch comes with. */
  details: {
    'runner/src/consent.rs': ['{path}: not there yet', '{path}: its content is part of this consent'],
  },
  /** What is worth knowing, without a decision. */
  tells: {
    'plan/src/consent/tells.rs': [
      'The image {image} is not pinned: what it holds can change.',
      'The base image {base} is not pinned: what it holds can change.',
      'The variable {name} of this computer flows in.',
    ],
  },
} as const;
