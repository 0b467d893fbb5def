"""How the page looks: colours, type, spacing, light and dark. No other file holds a colour, but for the charts that take theirs from here.

System fonts only: nothing is fetched, so a Space, a laptop and a train without network look the same.
"""

import gradio as gr
from gradio.themes.utils.colors import Color

BASE, FEW_SHOT, TUNED = "#7c8aa0", "#bf8429", "#12847c"
TRAINING, VALIDATION = "#12847c", "#c8762b"
SPLITS = {"train": "#12847c", "validation": "#bf8429", "test": "#7c8aa0"}
LEARNT, READ, CUT, PADDING = "#5fc2b5", "#cfd6dd", "#f0a48f", "#b9a6d9"
LENGTHS = {"fits": "#12847c", "cut": "#c2413b"}
REMOVED, ADDED = "#e9a79f", "#8fd0b4"
# Told apart also by people who see few colours: Okabe and Ito 2008, "Color Universal Design", in the order of their difference.
RUNS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#d55e00", "#56b4e9")
PROBLEM = "#c2413b"
READY, WAITING, OFF = "#22958b", "#bf8429", "#98a2a5"

_TEAL = Color(
    "#effaf8",
    "#d6f1ed",
    "#aee2db",
    "#7ccdc3",
    "#48b1a6",
    "#22958b",
    "#0f766e",
    "#0d5f59",
    "#0e4c48",
    "#0f3f3c",
    "#062826",
    "teal-ink",
)
_INK = Color(
    "#f8f8f6",
    "#f0f1ee",
    "#e2e5e2",
    "#ccd1d0",
    "#98a2a5",
    "#66737a",
    "#4b575f",
    "#374249",
    "#232c32",
    "#182025",
    "#10161a",
    "ink",
)
_SANS = [
    "system-ui",
    "-apple-system",
    "Segoe UI",
    "Roboto",
    "Noto Sans",
    "Ubuntu",
    "Cantarell",
    "Helvetica Neue",
    "Arial",
    "sans-serif",
]
_MONO = ["ui-monospace", "SF Mono", "Cascadia Mono", "Menlo", "Consolas", "DejaVu Sans Mono", "monospace"]


def theme() -> gr.themes.Base:
    """The Gradio theme."""
    return gr.themes.Base(
        primary_hue=_TEAL,
        secondary_hue=_TEAL,
        neutral_hue=_INK,
        spacing_size=gr.themes.sizes.spacing_md,
        radius_size=gr.themes.sizes.radius_md,
        text_size=gr.themes.sizes.text_md,
        font=_SANS,
        font_mono=_MONO,
    ).set(
        body_background_fill="*neutral_50",
        body_background_fill_dark="*neutral_950",
        body_text_color="*neutral_800",
        body_text_color_dark="*neutral_100",
        body_text_color_subdued="*neutral_600",
        body_text_color_subdued_dark="#a9b4b8",
        background_fill_primary="white",
        background_fill_primary_dark="*neutral_900",
        background_fill_secondary="*neutral_50",
        background_fill_secondary_dark="*neutral_800",
        border_color_primary="*neutral_200",
        border_color_primary_dark="#2e3a41",
        color_accent="*primary_600",
        color_accent_soft="*primary_50",
        color_accent_soft_dark="*primary_900",
        link_text_color="*primary_600",
        link_text_color_dark="*primary_300",
        block_background_fill="transparent",
        block_background_fill_dark="transparent",
        block_border_width="0px",
        block_border_width_dark="0px",
        block_padding="2px",
        block_shadow="none",
        block_label_background_fill="transparent",
        block_label_background_fill_dark="transparent",
        block_label_border_width="0px",
        block_label_text_color="*neutral_700",
        block_label_text_color_dark="*neutral_200",
        block_label_text_weight="600",
        block_label_margin="0",
        block_label_padding="2px 0 8px 0",
        block_title_text_color="*neutral_800",
        block_title_text_color_dark="*neutral_100",
        block_title_text_weight="600",
        block_info_text_color="*neutral_600",
        block_info_text_color_dark="#a9b4b8",
        input_background_fill="white",
        input_background_fill_dark="#12191d",
        input_border_width="1px",
        input_border_color="*neutral_300",
        input_border_color_dark="#3a474f",
        input_border_color_focus="*primary_600",
        input_border_color_focus_dark="*primary_400",
        input_shadow_focus="0 0 0 3px rgba(34,149,139,.18)",
        input_placeholder_color="*neutral_500",
        input_placeholder_color_dark="#8d999f",
        button_primary_background_fill="*primary_600",
        button_primary_background_fill_hover="*primary_700",
        button_primary_background_fill_dark="*primary_400",
        button_primary_background_fill_hover_dark="*primary_300",
        button_primary_text_color="white",
        button_primary_text_color_dark="*primary_950",
        button_secondary_background_fill="white",
        button_secondary_background_fill_hover="*neutral_100",
        button_secondary_background_fill_dark="*neutral_800",
        button_secondary_background_fill_hover_dark="*neutral_700",
        button_secondary_border_color="*neutral_300",
        button_secondary_border_color_dark="#3a474f",
        button_secondary_text_color="*neutral_800",
        button_secondary_text_color_dark="*neutral_100",
        button_border_width="1px",
        button_primary_border_color="transparent",
        button_primary_border_color_dark="transparent",
        button_large_text_weight="600",
        button_medium_text_weight="600",
        checkbox_label_background_fill="white",
        checkbox_label_background_fill_dark="*neutral_800",
        checkbox_label_background_fill_selected="*primary_50",
        checkbox_label_background_fill_selected_dark="*primary_900",
        checkbox_label_border_color="*neutral_200",
        checkbox_label_border_color_selected="*primary_400",
        checkbox_label_shadow="none",
        checkbox_background_color_selected="*primary_600",
        checkbox_border_color_selected="*primary_600",
        table_border_color="*neutral_200",
        table_border_color_dark="#2e3a41",
        table_even_background_fill="white",
        table_even_background_fill_dark="*neutral_900",
        table_odd_background_fill="*neutral_50",
        table_odd_background_fill_dark="#141b1f",
        loader_color="*primary_500",
        slider_color="*primary_600",
    )


CSS = """
.gradio-container { width: 100% !important; min-width: 0 !important; box-sizing: border-box; max-width: 1120px !important; margin: 0 auto !important;
  padding: 0 clamp(0px, 5vw - 20px, 20px) 64px !important; font-variant-numeric: tabular-nums; }
.gradio-container > .main { padding-left: clamp(12px, 8vw - 20px, 32px) !important; padding-right: clamp(12px, 8vw - 20px, 32px) !important; }
.gradio-container .prose { line-height: 1.6; }
.gradio-container .prose :last-child { margin-bottom: 0; }
button:focus-visible, a:focus-visible, [role=tab]:focus-visible { outline: 3px solid var(--primary-400) !important; outline-offset: 2px; }

#header { padding: 26px 0 10px; gap: 18px; align-items: center; flex-wrap: nowrap; }
#brand { flex: 1 1 460px !important; } #brand p { white-space: nowrap; }
#brand .mark { display: flex; align-items: center; gap: 14px; }
#brand .glyph { width: 42px; height: 42px; border-radius: 12px; background: linear-gradient(145deg, #22958b, #0d5f59); display: grid; place-items: center;
  flex: none; }
#brand h1 { font-size: 25px; line-height: 1.15; letter-spacing: -.02em; font-weight: 700; margin: 0; color: var(--body-text-color); }
#brand p { margin: 3px 0 0; color: var(--body-text-color-subdued); font-size: 14px; }
#where { display: flex; justify-content: flex-end; flex: 0 1 auto !important; min-width: 260px !important; }
#where .chip { display: inline-flex; align-items: center; gap: 8px; font-size: 13px; color: var(--body-text-color-subdued);
  border: 1px solid var(--border-color-primary);
  border-radius: 999px; padding: 6px 14px; background: var(--background-fill-primary); }
#where .chip::before { content: ""; width: 8px; height: 8px; border-radius: 50%; background: var(--primary-500); flex: none; }
#selection { align-items: center; gap: 24px; padding: 12px 18px; border: 1px solid var(--border-color-primary); border-radius: 14px;
  background: var(--background-fill-primary);
  margin-bottom: 8px; }
#selection .prose { font-size: 14px; }
#run-choice input { padding-right: 24px; text-overflow: ellipsis; }
#selected-dataset p:first-child { color: var(--body-text-color); font-weight: 600; font-size: 14px; margin-bottom: 4px; }

.tab-container { border-bottom: 1px solid var(--border-color-primary); height: auto !important; }
.tab-container button { font-size: 16px !important; font-weight: 600; padding: 14px 18px !important; color: var(--body-text-color-subdued); }
.tab-container button.selected { color: var(--link-text-color) !important; }
.tabitem { padding: 22px 0 0 !important; border: 0 !important; }

.lead { font-size: 17px; }
.lead p { color: var(--body-text-color); max-width: 70ch; font-size: 17px; line-height: 1.55; margin: 0 0 4px; }
.step { background: var(--background-fill-primary) !important; border: 1px solid var(--border-color-primary) !important; border-radius: 16px !important;
  padding: 24px 26px 26px !important;
  margin-bottom: 10px; gap: 16px !important; box-shadow: 0 1px 2px rgba(16,22,26,.04); }
.step-title { display: flex; gap: 14px; align-items: flex-start; }
.step-title .number { flex: none; width: 30px; height: 30px; border-radius: 50%; display: grid; place-items: center; font-weight: 700; font-size: 15px;
  background: var(--primary-50);
  color: var(--primary-700); border: 1px solid var(--primary-200); }
.dark .step-title .number { background: var(--primary-900); color: var(--primary-200); border-color: var(--primary-700); }
.step-title h2 { margin: 1px 0 0; font-size: 19px; letter-spacing: -.01em; font-weight: 650; color: var(--body-text-color); }
.step-title p { margin: 4px 0 0; color: var(--body-text-color-subdued); max-width: 75ch; line-height: 1.5; }
.empty { text-align: center; padding: 46px 24px !important; align-items: center; }
.empty h3 { font-size: 19px; margin: 0 0 6px; }
.empty p { color: var(--body-text-color-subdued); max-width: 52ch; margin: 0 auto; }
.actions { gap: 12px !important; flex-wrap: wrap; align-items: center; justify-content: flex-start; }
.actions > button, .actions > .form, .empty button { flex: 0 0 auto !important; min-width: 150px !important; width: auto !important; }
button.lg, button.md { border-radius: 10px !important; }
.next { align-self: flex-end; min-width: 200px !important; flex: 0 0 auto !important; width: auto !important; margin-left: auto; }
.caption { color: var(--body-text-color-subdued); margin: 0 0 12px; }
.quiet, .quiet p { color: var(--body-text-color-subdued); font-size: 14px; }
.form { border: 0 !important; background: transparent !important; gap: 18px !important; box-shadow: none !important; }
.step .row { gap: 18px; }
.step .charts { flex-wrap: wrap; } .step .charts > * { flex: 1 1 320px !important; min-width: min(320px, 100%) !important; }
.step .form > .block > label:not(:has(input[type=checkbox])) { display: flex; flex-direction: column; height: 100%; }
.step .form > .block > label:not(:has(input[type=checkbox])) > :last-child { margin-top: auto; }
.step fieldset, .step .block { overflow: visible; }

.card { border-top: 1px solid var(--border-color-primary); padding-top: 14px; gap: 10px !important; }
.card .prose p { margin: 0 0 4px; max-width: 80ch; }
.looking { margin-bottom: 10px; }
.label-wrap > span { text-align: left; }
.fold > .label-wrap > span:first-child { font-size: 19px; letter-spacing: -.01em; font-weight: 650; color: var(--body-text-color); }
.unseen { display: none !important; }

.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(140px, 1fr)); gap: 12px; }
.tile { border: 1px solid var(--border-color-primary); border-radius: 12px; padding: 14px 16px; background: var(--background-fill-secondary); }
.tile .name { font-size: 13px; color: var(--body-text-color-subdued); }
.tile .value { font-size: 24px; font-weight: 650; letter-spacing: -.02em; margin-top: 2px; color: var(--body-text-color); }
.tile .unit { font-size: 14px; font-weight: 500; color: var(--body-text-color-subdued); letter-spacing: 0; display: block; line-height: 1.4; }
.tiles.wide { grid-template-columns: repeat(auto-fit, minmax(200px, 1fr)); }
.tiles.wide .unit { margin-top: 4px; }
.progress .words { display: flex; justify-content: space-between; gap: 16px; flex-wrap: wrap; margin-bottom: 8px; }
.progress .words b { color: var(--body-text-color); font-size: 17px; }
.progress .words span { color: var(--body-text-color-subdued); }
.progress .track { height: 10px; border-radius: 999px; background: var(--neutral-200); overflow: hidden; }
.dark .progress .track { background: var(--neutral-700); }
.progress .fill { height: 100%; border-radius: 999px; background: linear-gradient(90deg, var(--primary-500), var(--primary-600)); }
.dark .progress .fill { background: var(--primary-400); }
.progress .still { background: var(--neutral-400); }
.notice { border-left: 4px solid var(--neutral-400); background: var(--background-fill-secondary); border-radius: 10px; padding: 14px 18px !important; }
.notice .notice { border: 0; padding: 0 !important; background: none; }
.notice.bad { border-left-color: #c2413b; background: #fdf3f2; }
.dark .notice.bad { background: #2a1817; }
.verdict { border-radius: 14px; padding: 24px 26px; border: 1px solid var(--border-color-primary); border-left-width: 6px;
  background: var(--background-fill-secondary); }
.verdict .result { font-size: 13px; font-weight: 700; letter-spacing: .06em; text-transform: uppercase; }
.verdict .sentence { font-size: 23px; line-height: 1.35; font-weight: 600; letter-spacing: -.01em; margin-top: 6px; color: var(--body-text-color); }
.verdict .more { margin-top: 10px; color: var(--body-text-color-subdued); }
.verdict.better { border-left-color: #1c8a53; } .verdict.better .result { color: #17703f; } .dark .verdict.better .result { color: #6fd39c; }
.verdict.worse { border-left-color: #c2413b; } .verdict.worse .result { color: #a8332e; } .dark .verdict.worse .result { color: #f19a94; }
.verdict.same { border-left-color: #bf8429; } .verdict.same .result { color: #80560f; } .dark .verdict.same .result { color: #e8bd73; }
.verdict + .verdict { margin-top: 14px; }

.table-wrap { border-radius: 10px !important; }
.gradio-container table, .gradio-container table td, .gradio-container table th, .gradio-container .table-wrap * { font-family: var(--font) !important; }
.gradio-container table td, .gradio-container table th { font-size: 14px; line-height: 1.45; }
#data-file { border: 1.5px dashed var(--input-border-color) !important; border-radius: 12px !important; padding: 10px !important; }
.gradio-container thead th { font-weight: 600 !important; }
.gradio-container .table-wrap thead th * { word-break: normal !important; overflow-wrap: normal !important; }
.gradio-container .prose table { border-collapse: collapse; width: 100%; }
.gradio-container .prose th, .gradio-container .prose td { border: 1px solid var(--border-color-primary) !important; padding: 7px 10px !important;
  word-break: normal; overflow-wrap: normal; }
#playground-base, #playground-tuned { border: 1px solid var(--border-color-primary) !important; border-radius: 12px !important; padding: 8px !important;
  background: var(--background-fill-secondary) !important; }
#share-card .prose h1 { font-size: 22px; } #share-card .prose h2 { font-size: 17px; }
.tokens .textfield { line-height: 2.1; font-family: var(--font-mono); font-size: 14px; }
.dark .tokens .token.highlighted, .dark .changes .token.highlighted { background-image: linear-gradient(rgba(255,255,255,.25), rgba(255,255,255,.25)); }
.changes .textfield { display: block; line-height: 2; font-size: 14px; white-space: pre-wrap; word-break: normal; overflow-wrap: anywhere; }
.changes .token, .changes .text { display: inline; word-break: normal; }
#data-rows-table .cell-menu-button, #data-rows-table thead input[type=checkbox] { display: none; }  /* rows are left out, never added or deleted */
.lines .wrap { flex-direction: column; align-items: stretch; }
.label-wrap > .icon { flex-shrink: 0; }
.legend { display: flex; gap: 18px; flex-wrap: wrap; font-size: 14px; color: var(--body-text-color-subdued); }
.legend i { display: inline-block; width: 14px; height: 14px; border-radius: 4px; margin-right: 7px; vertical-align: -2px; }
.sr-only { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
footer { opacity: .8; }

@media (max-width: 640px) {
  #header { padding-top: 16px; flex-wrap: wrap; }
  #where { justify-content: flex-start; min-width: 0 !important; flex-basis: 100% !important; }
  #brand { flex: 1 1 100% !important; min-width: 0 !important; } #brand p { white-space: normal; }
  #selection { padding: 12px 14px; flex-direction: column; align-items: stretch; }
  #selection > * { min-width: 0 !important; width: 100%; }
  .step .row:has(#playground-base), .step .row:has(#data-file) { flex-direction: column; }
  .step .row:not(.charts) > * { min-width: 0; }
  .step .row:has(#playground-base) > *, .step .row:has(#data-file) > * { flex: 0 0 auto !important; width: 100% !important; }
  .step { padding: 18px 16px 20px !important; border-radius: 14px !important; }
  .tab-container button { padding: 12px 11px !important; font-size: 15px !important; }
  .verdict .sentence { font-size: 19px; }
  .tiles { grid-template-columns: repeat(2, minmax(0, 1fr)); }
  .tiles.wide { grid-template-columns: minmax(0, 1fr); }
  .tile .value { font-size: 20px; }
  .actions > button, .next { width: 100% !important; flex: 1 1 100% !important; }
}
@media (prefers-reduced-motion: reduce) { * { transition: none !important; animation-duration: .01ms !important; } }
"""
