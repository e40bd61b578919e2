# Textos para quienes reciben correo. Palabras sencillas; las dos respuestas pesan lo mismo; nada apremia.

## Every page

language-choice = Idioma
sender-unnamed = El remitente de su correo

# 21 de noviembre de 2026, 19:40 UTC
moment = { $day } de { $month } de { $year }, { $hour }:{ $minute } UTC
day-first = 1
month-1 = enero
month-2 = febrero
month-3 = marzo
month-4 = abril
month-5 = mayo
month-6 = junio
month-7 = julio
month-8 = agosto
month-9 = septiembre
month-10 = octubre
month-11 = noviembre
month-12 = diciembre

## The form about behavioural tracking

tracking-title = ¿Podemos saber en qué hace clic?
tracking-lead = Usted decide si los clics y las aperturas de nuestros correos se vinculan a usted.

status-heading = Su respuesta actual
status-since = desde el { $moment }
status-refused = Rechazado
status-refused-effect = Sus clics y aperturas no se vinculan a usted.
status-accepted = Aceptado
status-accepted-effect = Sus clics y aperturas se vinculan a usted.
status-unanswered = Sin respuesta
status-unanswered-linked = Hasta que responda, sus clics y aperturas se vinculan a usted.
status-unanswered-unlinked = Hasta que responda, sus clics y aperturas no se vinculan a usted.
status-lapsed = Usted aceptó el { $moment }. Ese consentimiento ha caducado.

meaning-heading = De qué se trata
meaning-agree-term = Si acepta
meaning-agree = Cuando abre uno de nuestros correos o hace clic en un enlace, registramos que fue usted. Así vemos qué le interesa y elegimos qué enviarle.
meaning-refuse-term = Si rechaza
meaning-refuse = Solo contamos. Vemos que un enlace recibió 40 clics, pero no de quién. Todos los enlaces siguen funcionando y usted sigue recibiendo nuestros correos.
meaning-both = En ambos casos, su respuesta tiene efecto de inmediato, también para los correos que ya tiene. Puede cambiarla aquí cuando quiera.

answer-refuse = Rechazo que se vinculen mis clics a mí
answer-grant = Acepto que se vinculen mis clics a mí

gpc-notice = Su navegador envía una señal de privacidad (Global Privacy Control): pide que no se le siga. Si aun así acepta aquí, su respuesta en esta página vale para nuestros correos.

saved-refused-title = Su rechazo está guardado
saved-refused = A partir de ahora, sus clics y aperturas no se vinculan a usted.
saved-granted-title = Su consentimiento está guardado
saved-granted = A partir de ahora, sus clics y aperturas se vinculan a usted.

privacy-notice = Aviso de privacidad

## An answer that could not be taken as it came

not-saved-title = No se ha guardado nada
not-saved-expired = Esta página llevaba abierta más de un día, demasiado para un consentimiento. Aquí tiene una página nueva. Responda de nuevo, por favor.
not-saved-incomplete = El formulario volvió incompleto, así que su consentimiento no se ha guardado. Responda de nuevo en esta página nueva, por favor.
not-saved-overtaken = Este formulario ya se había usado y usted ha rechazado desde entonces. Su rechazo sigue en vigor. Si quiere aceptar ahora, responda de nuevo en esta página, por favor.
not-saved-unchosen = No hemos podido saber qué respuesta eligió. Elija una de las dos, por favor.

## The form on a click

intercept-title = ¿Podemos saber en qué hace clic?
intercept-lead = Ha hecho clic en un enlace de un correo de { $sender }. Antes de continuar, puede decidir si los clics y las aperturas de estos correos se vinculan a usted.
intercept-lead-unnamed = Ha hecho clic en un enlace de un correo. Antes de continuar, puede decidir si los clics y las aperturas de estos correos se vinculan a usted.
intercept-accept = Aceptar
intercept-refuse = Rechazar
intercept-later = Preguntarme más tarde
intercept-later-effect = Ahora no se decide nada. Quizá se lo preguntemos en otra ocasión.
intercept-both = Elija lo que elija, continuará hacia { $host }. Podrá cambiar su respuesta más adelante, con el enlace a sus ajustes que hay en nuestros correos.
intercept-go-on = Continuar hacia { $host } sin responder
intercept-communication-title = ¿Desea recibir { $type }?
intercept-communication-lead = Ha hecho clic en un enlace de un correo de { $sender }. Antes de continuar, puede decir si desea recibir este tipo de correos.
intercept-communication-lead-unnamed = Ha hecho clic en un enlace de un correo. Antes de continuar, puede decir si desea recibir este tipo de correos.
intercept-communication-heading = Qué puede responder
intercept-communication-no-term = Si no los quiere
intercept-communication-no-effect = Dejamos de enviarle { $type }. Puede volver a pedirlos cuando quiera.
intercept-communication-no = No
intercept-communication-yes-term = Si los quiere
intercept-communication-yes-effect = Le enviamos { $type }. Puede dejar de recibirlos en cualquier momento, con un clic.
intercept-communication-yes = Sí

## The form to opt out of communications, and one-click unsubscribing

unsubscribe-title = ¿Qué correos quiere dejar de recibir?
unsubscribe-lead = Aquí puede darse de baja al instante. No necesita cuenta ni contraseña.
unsubscribe-heading = Lo que enviamos
unsubscribe-choose = Marque lo que ya no quiere
unsubscribe-selected = Dejar lo que he marcado
unsubscribe-all = Dejarlos todos
unsubscribe-one = Darme de baja
unsubscribe-unchosen = No ha marcado nada. Marque lo que ya no quiere o déjelos todos.
unsubscribe-done-title = Se ha dado de baja
unsubscribe-done = Está guardado. Los correos que ya están en camino aún pueden llegar.
unsubscribe-nothing = No recibe ninguno de estos correos.
unsubscribe-tracking = Darse de baja no cambia si sus clics se vinculan a usted.
unsubscribe-tracking-link = Decidir también sobre eso

communication-opted-in = Usted los pidió.
communication-opted-out = Usted no los quiere.
communication-unanswered = No se ha pronunciado.

## The preference centre

preferences-title = Sus ajustes
preferences-lead = Usted decide qué le enviamos y qué podemos registrar. Todo tiene efecto de inmediato.
preferences-link = Todos sus ajustes
preferences-tracking-heading = Clics y aperturas
preferences-tracking-question = ¿Pueden vincularse a usted los clics y las aperturas de nuestros correos?
preferences-flags-question = ¿Qué podemos hacer con lo que sabemos de usted?
preferences-communications-heading = Correos
preferences-communications-question = ¿Qué correos quiere?
preferences-save = Guardar mis ajustes
preferences-saved-title = Sus ajustes están guardados
preferences-saved = Valen desde ahora.
preferences-partly-title = No se ha guardado todo
preferences-partly = Lo que rechazó está guardado. Lo que aceptó no: esta página llevaba abierta demasiado tiempo, o usted ha rechazado desde entonces. Si quiere aceptar ahora, elija de nuevo en esta página, por favor.
preferences-profile = Sus datos

choice-yes = Sí
choice-no = No

## The form to opt in to communications

opt-in-title = ¿Qué podemos enviarle?
opt-in-lead = Elija los correos que le gustaría recibir. Puede dejarlos cuando quiera, con un clic.
opt-in-choose = Marque lo que le gustaría recibir
opt-in-tracking = ¿Pueden vincularse a usted los clics y las aperturas de nuestros correos?
opt-in-tracking-detail = Su respuesta no cambia lo que le enviamos.
opt-in-submit = Enviar mis respuestas
opt-in-unchosen = No ha elegido nada. Marque un correo o responda a la pregunta.
opt-in-done-title = Gracias
opt-in-done = Sus respuestas están guardadas. Puede cambiarlas cuando quiera.

## The form about a person's details

profile-title = Sus datos
profile-lead = Corrija aquí lo que sabemos de usted. Solo se guarda lo que cambia.
profile-details = Lo que sabemos de usted
profile-tracking = ¿Pueden vincularse a usted los clics y las aperturas de nuestros correos?
profile-submit = Guardar mis datos
profile-done-title = Sus datos están guardados
profile-done = Valen desde ahora.
profile-invalid = Esto no puede guardarse así. Corríjalo, por favor.
profile-nothing = No guardamos ningún dato sobre usted que pueda cambiarse aquí.

## The preview for those who write the words

preview-title = Vista previa
preview-text = Así se ve el formulario. Nada de lo que se elija aquí se registra.

## Opting out everywhere

opt-out-title = Rechazar en todas partes
opt-out-lead = Una sola elección para este navegador, en cada organización que usa este servicio.

opt-out-state-heading = Este navegador
opt-out-state-out = Todo rechazado
opt-out-state-out-effect = Ninguna organización puede recoger, analizar, compartir ni vincular lo que hace este navegador.
opt-out-state-in = Sin rechazo general
opt-out-state-in-effect = Cuenta lo que dijo a cada organización.

opt-out-out-term = Si rechaza todo
opt-out-out = Nada de lo que hace este navegador se recoge, se analiza, se usa para publicidad, se vincula a sus otros dispositivos ni se comparte, en ninguna organización que usa este servicio, sea lo que sea que les dijo antes. Guardamos una sola cookie, para reconocer este navegador.
opt-out-in-term = Si retira el rechazo
opt-out-in = Vuelve a contar lo que dijo a cada organización. Lo que allí rechazó sigue rechazado.
opt-out-both = Su elección tiene efecto de inmediato. Es solo para este navegador: hágala de nuevo en otros navegadores, en otros dispositivos y después de borrar sus cookies.

opt-out-answer-out = Rechazar todo
opt-out-answer-in = Retirar el rechazo

opt-out-saved-out-title = Todo está rechazado
opt-out-saved-out = Desde ahora vale en cada organización que usa este servicio.
opt-out-saved-in-title = Su rechazo general está retirado
opt-out-saved-in = Vuelve a contar lo que dijo a cada organización.
opt-out-no-cookie-title = Su elección no se puede conservar
opt-out-no-cookie = Su navegador no guarda ninguna cookie de este sitio, así que no se le reconocería. Permita aquí las cookies e inténtelo de nuevo, por favor.

## A link that leads to nobody

unknown-title = Este enlace no funciona
unknown-lead = No podemos saber de quién son los ajustes que debería abrir. No se ha cambiado nada.
unknown-help-heading = Qué puede hacer
unknown-help-newest = Abra el correo más reciente del remitente y use su enlace.
unknown-help-whole = Si copió el enlace, compruebe que está completo.
unknown-help-reply = O responda al correo y diga lo que quiere. Con eso basta.

## A store is away, or a mistake of ours

unavailable-title = Inténtelo de nuevo, por favor
unavailable-answer = No hemos podido guardar su respuesta.
unavailable-answer-detail = Nuestro almacenamiento no respondió, así que su respuesta no está confirmada. Envíela de nuevo, por favor. Enviarla dos veces no hace daño.
unavailable-show = Ahora mismo no podemos mostrar sus ajustes.
unavailable-show-detail = No se ha cambiado nada. Inténtelo de nuevo dentro de un momento, por favor.
unavailable-repeat = Enviar mi respuesta de nuevo
unavailable-reload = Intentar de nuevo
unavailable-yours = Su respuesta: { $answer }

failure-title = Algo ha fallado por nuestra parte
failure-detail = Su respuesta no está confirmada. Inténtelo más tarde, o responda al correo y diga lo que quiere.
failure-detail-here = Su respuesta no está confirmada. Inténtelo más tarde, por favor.
failure-number = Referencia para nuestra asistencia: { $number }

## The banner and the preference dialog on sites

banner-language-name = Español
banner-title = ¿Podemos usar lo que hace aquí?
banner-text = { $organisation } pide su consentimiento. El sitio funciona sin él, y puede cambiar su respuesta cuando quiera.
banner-unnamed = El responsable de este sitio
banner-purposes = Para qué: { $purposes }.
banner-refuse = Rechazar todo
banner-accept = Aceptar todo
banner-choose = Elegir
banner-save = Guardar mi elección
banner-close = Cerrar
banner-preferences-title = Su elección
banner-privacy-notice = Aviso de privacidad
banner-language = Idioma
banner-gpc-title = Se respeta su señal de privacidad
banner-gpc = Su navegador envía Global Privacy Control. Lo hemos tomado como un no allí donde se aplica; no tiene que hacer nada más.
banner-locked = Sigue desactivado por su señal de privacidad o su rechazo.
banner-opted-out = Ha rechazado todo en todas las organizaciones. Sigue así hasta que lo retire.
banner-embed = Esto viene de otro sitio y espera su sí a: { $purposes }
banner-embed-allow = Permitir y mostrar
banner-not-saved-title = Su respuesta no se ha podido guardar
banner-not-saved = Vale en esta página. Ni el servicio ni este navegador han podido conservarla, así que se le preguntará de nuevo.
banner-dc = Recogida de datos
banner-dc-text = Recogemos lo que hace en este sitio: las páginas que mira, lo que busca.
banner-al = Análisis
banner-al-text = Medimos cómo se usa el sitio para mejorarlo.
banner-tg = Segmentación
banner-tg-text = Lo que le interesa decide lo que le mostramos, aquí y en la publicidad.
banner-cd = Varios dispositivos
banner-cd-text = Reconocemos que su teléfono y su ordenador son de la misma persona.
banner-sh = Cesión
banner-sh-text = Transmitimos lo que sabemos a nuestros socios.
banner-re = Reconocimiento
banner-re-text = Vinculamos lo que hace en este sitio a su nombre o a su cuenta de cliente.
