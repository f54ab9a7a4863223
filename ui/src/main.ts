import { mount } from 'svelte';
import './app.css';
import Window from './lib/components/Window.svelte';
import { connect } from './lib/host';

const target = document.getElementById('app');
if (!target) throw new Error('the page has no place for the window');
const host = await connect();
mount(Window, { target, props: { host } });
