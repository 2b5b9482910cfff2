// Sending the answer: where it goes, whether it may, and whether it is complete.

// MTurk's way: turkSubmitTo and a fixed path; Turkle's: urlSubmitTo is the whole address.
// A form around the page knows by itself.
function destination() {
  if (fragment) return host ? 'host' : '';
  const market = query.get('turkSubmitTo');
  const address = market
    ? market.replace(/\/+$/, '') + '/mturk/externalSubmit'
    : query.get('urlSubmitTo');
  if (!address) return '';
  try {
    const url = new URL(address, document.baseURI);
    return /^https?:$/.test(url.protocol) ? url.href : '';
  } catch (error) {
    return '';
  }
}

// Plain ASCII, whatever the server takes the form's bytes to be.
function asciiJson(value) {
  return JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (unit) => '\\u' + ('000' + unit.charCodeAt(0).toString(16)).slice(-4)
  );
}

function whyNot() {
  if (preview) {
    return 'This is a preview. Look around and try it out; accept the task to be able to submit. ' +
      'What you enter now is not kept.';
  }
  return destination() ? '' :
    'This page was opened without an address to send answers to, so it cannot be submitted. ' +
    'Please return the task and tell the requester.';
}

// Why this press of Submit sends nothing; does what is to be done instead.
function stopped(reason) {
  if (reason) {
    byId('notice').scrollIntoView({ block: 'center' });
    say(reason);
  } else if (protocol.stage === 'items' && unfinished().length) {
    ask(unfinished(), 'Not finished yet:');
  } else if (protocol.stage === 'items' && protocol.end) {
    protocol.end();
  } else {
    return protocol.stage !== 'items' && protocol.stage !== 'debriefing';
  }
  return true;
}

// A host's own buttons would send the form before it is ready: this page has one that waits.
function hideOthers() {
  const submits = '[type=submit], [type=image], button:not([type])';
  all(host, submits).forEach((button) => {
    if (!byId('main').contains(button)) button.hidden = true;
  });
}

function guardSubmit() {
  const form = host || byId('form'), button = byId('submit'), reason = whyNot();
  button.disabled = false;
  if (reason) {
    notice(reason);
    button.setAttribute('aria-disabled', 'true');
    button.setAttribute('aria-describedby', 'konkyo-notice');
  }
  if (host) {
    hideOthers();
    document.addEventListener('DOMContentLoaded', hideOthers);
  } else if (form && !reason) {
    form.action = destination();
  }
  // In a fragment that no form surrounds there is nothing that could send it.
  (form || button).addEventListener(form ? 'submit' : 'click', function (event) {
    if (stopped(reason)) {
      event.preventDefault();
      return;
    }
    clock.tick();
    if (!host) form.elements.assignmentId.value = assignment;
    byId('field').value = asciiJson(snapshot());
    // Not before the form has been sent: a disabled button would stop it.
    window.setTimeout(() => { button.disabled = true; }, 0);
  });
  window.addEventListener('pageshow', () => { button.disabled = false; });
}
