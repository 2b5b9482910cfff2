"use strict";
// Stands in for Amazon's script of this name, which many templates load and call.

function turkGetParam(name, fallback) {
  return new URLSearchParams(location.search).get(name) ?? fallback ?? "";
}

function turkGetSubmitToHost() {
  return decodeURIComponent(turkGetParam("turkSubmitTo", ""));
}

function turkSetAssignmentID(formId, buttonId) {
  const assignment = turkGetParam("assignmentId", "");
  const field = document.getElementById("assignmentId");
  if (field) field.value = assignment;
  const button = document.getElementById(buttonId || "submitButton");
  if (button && assignment === "ASSIGNMENT_ID_NOT_AVAILABLE") {
    button.disabled = true;
    button.value = "Accept this task first";
  }
  const form = document.getElementById(formId || "mturk_form");
  if (form) form.action = `${turkGetSubmitToHost()}/mturk/externalSubmit`;
}
