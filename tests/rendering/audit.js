// Shows each letter in a frame, has axe-core examine it, and measures whether it fits each width.
// `rules`: the only rules to run, or none for all of them.
async function audit(letters, widths, source, rules) {
  const found = [];
  const frame = document.createElement("iframe");
  document.body.append(frame);
  const options = {resultTypes: ["violations", "incomplete"], ...(rules.length && {runOnly: rules})};
  for (const [name, html] of Object.entries(letters)) {
    const inside = frame.contentDocument;
    inside.open();
    inside.write(html);
    inside.close();
    for (const width of widths) {
      frame.style.cssText = `width:${width}px;height:3000px;border:0`;
      const excess = inside.documentElement.scrollWidth - width;
      if (excess > 0) found.push(`${name} at ${width}px: ${excess}px too wide`);
    }
    if (!frame.contentWindow.axe) {
      const script = inside.createElement("script");
      script.textContent = source;
      inside.head.append(script);
      script.remove();
    }
    const result = await frame.contentWindow.axe.run(inside, options);
    for (const rule of result.violations)
      for (const node of rule.nodes) found.push(`${name}: ${rule.id}: ${node.html.slice(0, 160)} (${node.failureSummary})`);
    for (const rule of result.incomplete)
      if (rule.id === "color-contrast") found.push(`${name}: contrast cannot be told: ${rule.nodes[0].html.slice(0, 160)}`);
  }
  return found;
}
