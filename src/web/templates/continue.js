// Presses the button for those whose browser runs scripts.
document.getElementById("continueForm").submit();
