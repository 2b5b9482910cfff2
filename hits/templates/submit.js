// Sending the answer: where it goes, whether it may, and whether it is complete.

// MTurk's way: turkSubmitTo and a fixed path; Turkle's: urlSubmitTo is the whole address.
function destination() {
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

function guardSubmit() {
  const form = byId('form'), button = byId('submit'), reason = whyNot();
  button.disabled = false;
  if (reason) {
    notice(reason);
    button.setAttribute('aria-disabled', 'true');
    button.setAttribute('aria-describedby', 'konkyo-notice');
  } else {
    form.action = destination();
  }
  form.addEventListener('submit', function (event) {
    if (reason) {
      event.preventDefault();
      byId('notice').scrollIntoView({ block: 'center' });
      say(reason);
      return;
    }
    const unfinished = views.filter((view) => missing(view).length);
    if (unfinished.length) {
      event.preventDefault();
      steps.show(unfinished[0].position, true);
      problems(unfinished, 'Not finished yet:');
      goTo(missing(unfinished[0])[0]);
      return;
    }
    clock.tick();
    form.elements.assignmentId.value = assignment;
    form.elements.konkyo.value = asciiJson(snapshot());
    // Not before the form has been sent: a disabled button would stop it.
    window.setTimeout(() => { button.disabled = true; }, 0);
  });
  window.addEventListener('pageshow', () => { button.disabled = false; });
}
